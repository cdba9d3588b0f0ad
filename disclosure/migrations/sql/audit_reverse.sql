DO $$
DECLARE
    guarded text;
BEGIN
    FOREACH guarded IN ARRAY ARRAY[
        'disclosure_auditentry', 'disclosure_auditleaf', 'disclosure_auditnode',
        'disclosure_auditcheckpoint', 'disclosure_audittimestamp',
        'disclosure_rulebookversion', 'disclosure_gatecheck']
    LOOP
        EXECUTE format('DROP TRIGGER append_only ON public.%I', guarded);
        EXECUTE format('DROP TRIGGER append_only_truncate ON public.%I', guarded);
    END LOOP;
END
$$;
DROP TRIGGER audit_entry_link ON public.disclosure_auditentry;
DROP TRIGGER audit_stream_head ON public.disclosure_auditstream;
DROP TRIGGER audit_stream_kept ON public.disclosure_auditstream;
DROP TRIGGER audit_stream_not_emptied ON public.disclosure_auditstream;
DROP FUNCTION public.guard_append_only();
DROP FUNCTION public.guard_audit_stream();
DROP FUNCTION public.guard_audit_link();
DROP FUNCTION public.audit_append(text, bytea);
DROP FUNCTION public.audit_head(text);
DROP FUNCTION public.audit_leaf_hash(bytea);
