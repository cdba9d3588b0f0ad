DROP FUNCTION public.guard_recipient_key() CASCADE;
DROP FUNCTION public.guard_delivery_keys() CASCADE;
DROP FUNCTION public.guard_production_proof() CASCADE;
