DROP TRIGGER entry_written ON public.disclosure_documentnumber;
DROP FUNCTION public.guard_document_number() CASCADE;
