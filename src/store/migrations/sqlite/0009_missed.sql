-- Conversations that were never brought to people, by when something last happened in them: among these are the ones
-- where a person should have come.
create index conversations_unhanded on conversations (shop, touched_at) where handed_at is null;
