INSERT INTO calls (
    id, at, model, response_us, model_us, back_off_us, failed_us, chat_wait_us, attempts, outcome, usage_source, query_type,
    failed_cost_nusd, asked_again, attempt_us, failures
) VALUES (4, 1700158800000000, 1, 3300000, 900000, 2000000, 300000, 0, 3, 0, 3, 1, 0, 0, 950000, 65);
