-- What was asked lately, in the conversations touched last.
create index conversations_recent on conversations (shop, touched_at);

-- What shoppers said that nobody needs to learn from any more: a merchant looked at it.
create table learning_dismissed (
    shop text    not null,
    text text    not null,
    at   integer not null,
    primary key (shop, text)
) without rowid;
