-- As SQLite's migration 14, which says what tables and columns mean.
create table gone (
    number       bigint  not null primary key,
    conversation text    not null unique
);

create table erasures (
    shop text    not null,
    who  text    not null,
    key  text    not null,
    at   bigint  not null,
    primary key (shop, who, key)
);

create table to_scrub (
    one  bigint not null primary key check (one = 1),
    mark bigint not null
);
