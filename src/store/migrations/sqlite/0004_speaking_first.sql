-- When the assistant looks whether it has something to say first: a pay reminder, say. Null for never.
alter table conversations add column look_again_at integer;

create index conversations_silent on conversations (look_again_at)
    where look_again_at is not null and mode = 'bot';

-- What is said at most once in a shop, whatever conversation it was said in.
create table said_once (
    shop text    not null,
    key  text    not null,
    at   integer not null,
    primary key (shop, key)
) without rowid;
