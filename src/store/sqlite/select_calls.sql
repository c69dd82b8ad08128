-- Whole calls with their names, in the order of `row::decode`. Only left joins, so that calls stay the outer loop.
SELECT
    calls.id, at, guilds.name, channels.name, users.name, sessions.name, providers.name, asked.name,
    answered.name, arms.name, response_us, model_us, ttft_us, visible_ttft_us, back_off_us, queue_us,
    failed_us, chat_wait_us, attempts, outcome, input_tokens, output_tokens, cache_read_tokens,
    cache_write_5m_tokens, cache_write_1h_tokens, reasoning_tokens, usage_source, context_messages,
    context_tokens, prompt_hash, query_type, complexity, again_of, prices.name, cost_nusd, failed_cost_nusd,
    repeat_after_s, asked_again, rating, attempt_us, others_ratings_n, others_ratings_sum, failures, message,
    previews.text
FROM calls
LEFT JOIN guilds ON guilds.id = guild
LEFT JOIN channels ON channels.id = channel
LEFT JOIN users ON users.id = user
LEFT JOIN sessions ON sessions.id = session
LEFT JOIN providers ON providers.id = provider
LEFT JOIN models AS asked ON asked.id = model
LEFT JOIN models AS answered ON answered.id = answered_by
LEFT JOIN arms ON arms.id = arm
LEFT JOIN prices ON prices.id = price
LEFT JOIN previews ON previews.call = calls.id
