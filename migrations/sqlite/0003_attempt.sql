-- All of the attempt that answered, was cut or was stopped, from its start to when it was over; NULL is unknown.
ALTER TABLE calls ADD COLUMN attempt_us INTEGER;
