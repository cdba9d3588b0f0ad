DROP FUNCTION public.audit_continue(text, text, text);
