-- Pictures that were uploaded in conversations, cleaned. What was never said is deleted after a day.
create table uploads (
    id           text    not null primary key,
    conversation text    not null references conversations (id),
    agent        text, -- who of the staff uploaded it; null for the shopper
    mime         text    not null check (mime in ('image/jpeg', 'image/png')),
    width        integer not null check (width > 0),
    height       integer not null check (height > 0),
    bound        integer not null default 0 check (bound in (0, 1)), -- said, or on its way to be
    at           integer not null,
    bytes        blob    not null -- last, so that reading the others does not touch it
);

create index uploads_conversation on uploads (conversation);
create index uploads_unused on uploads (at) where bound = 0;
