-- Digests of the key files that all nodes of a store have to have alike.
create table key_marks (
    name   text not null primary key,
    digest text not null
) without rowid;
