DO $$
DECLARE
    guarded text;
BEGIN
    FOREACH guarded IN ARRAY ARRAY[
        'disclosure_accountresolution', 'disclosure_accountchoice',
        'disclosure_lookuppart', 'disclosure_holdingtask',
        'disclosure_preservationproposal', 'disclosure_servicefield',
        'disclosure_statedreason']
    LOOP
        EXECUTE format('DROP TRIGGER entry_written ON public.%I', guarded);
    END LOOP;
END
$$;
DROP TRIGGER choice_settled_once ON public.disclosure_accountchoice;
DROP FUNCTION public.guard_account_choice();
DROP FUNCTION public.guard_directory_entry();
DROP FUNCTION public.guard_stated_reason();
