-- Conversations that were deleted, with the number that their last change would have had: an index of messages that
-- follows `touched` forgets them in their turn, on whatever node and however late. The ids are random and lead nowhere
-- any more.
create table gone (
    number       integer not null primary key,
    conversation text    not null unique
);

-- Whom somebody asked to have erased: names that only the key tells, so that a backup from before loses them again.
create table erasures (
    shop text    not null,
    who  text    not null,
    key  text    not null,
    at   integer not null,
    primary key (shop, who, key)
) without rowid;

-- Rows were deleted whose remains may lie in unused space of the file: one row or none, its mark another each time.
create table to_scrub (
    one  integer not null primary key check (one = 1),
    mark integer not null
);
