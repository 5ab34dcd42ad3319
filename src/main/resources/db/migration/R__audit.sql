-- What is written once and for ever stays as it was written: the journal, and the record of what operators did.

create or replace function refuse_to_rewrite() returns trigger
    language plpgsql as $$
begin
    raise exception '% is append-only: % refused', tg_table_name, tg_op;
end $$;

create or replace trigger journal_entry_append_only
    before update or delete or truncate on journal_entry
    for each statement execute function refuse_to_rewrite();

create or replace trigger audit_entry_append_only
    before update or delete or truncate on audit_entry
    for each statement execute function refuse_to_rewrite();
