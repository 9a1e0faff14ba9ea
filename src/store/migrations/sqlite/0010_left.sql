-- When a person's last desk was closed: until one is open again they are given nothing new, at once.
alter table presence add column left_at integer;
