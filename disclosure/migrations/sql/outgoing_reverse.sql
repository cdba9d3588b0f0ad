ALTER TABLE public.disclosure_sealingrecord
    DROP CONSTRAINT sealing_record_names_preparer;
ALTER TABLE public.disclosure_signoff DROP CONSTRAINT sign_off_names_preparer;
DO $$
DECLARE
    guarded text;
BEGIN
    FOREACH guarded IN ARRAY ARRAY[
        'disclosure_signoff', 'disclosure_sealingrecord', 'disclosure_outgoingfile',
        'disclosure_disc', 'disclosure_returnslip']
    LOOP
        EXECUTE format('DROP TRIGGER entry_written ON public.%I', guarded);
    END LOOP;
END
$$;
DROP FUNCTION public.guard_outgoing() CASCADE;
DROP FUNCTION public.guard_only_ends() CASCADE;
