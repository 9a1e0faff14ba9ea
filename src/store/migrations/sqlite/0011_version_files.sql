-- The files of published versions, each text once however many versions hold it: an edit keeps what it changed.
-- Versions from before keep their files in `shop_versions.files`, a JSON object of texts by path; it is empty in new ones.
create table file_texts (
    digest blob not null primary key, -- SHA-256
    text   text not null
) without rowid;

create table shop_version_files (
    shop   text    not null,
    number integer not null,
    path   text    not null,
    digest blob    not null references file_texts (digest),
    primary key (shop, number, path),
    foreign key (shop, number) references shop_versions (shop, number)
) without rowid;
