INSERT INTO calls (
    id, at, model, model_us, back_off_us, failed_us, chat_wait_us, attempts, outcome, usage_source, query_type,
    failed_cost_nusd, asked_again, attempt_us
) VALUES (3, 1700158700000000, 1, 900000, 0, 0, 0, 1, 3, 2, 1, 0, 0, 1500000);
