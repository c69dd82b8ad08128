-- Whole calls in the order of `row::decode`, with the numbers of names. Only a left join, so that calls stay the outer loop.
SELECT
    calls.id, at, guild, channel, user, session, provider, model, answered_by, arm, response_us, model_us,
    ttft_us, visible_ttft_us, back_off_us, queue_us, failed_us, chat_wait_us, attempts, outcome, input_tokens,
    output_tokens, cache_read_tokens, cache_write_5m_tokens, cache_write_1h_tokens, reasoning_tokens,
    usage_source, context_messages, context_tokens, prompt_hash, query_type, complexity, again_of, price,
    cost_nusd, failed_cost_nusd, repeat_after_s, asked_again, rating, attempt_us, others_ratings_n,
    others_ratings_sum, failures, message, previews.text
FROM calls
LEFT JOIN previews ON previews.call = calls.id
