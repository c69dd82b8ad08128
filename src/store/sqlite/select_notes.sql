SELECT at, guilds.name, channels.name, users.name, providers.name, models.name, query_type, context_messages,
       input_tokens, input_nusd, output_nusd,
       (SELECT avg(output_tokens) FROM (SELECT model, output_tokens FROM calls ORDER BY id DESC LIMIT 1000) AS recent
        WHERE recent.model = started.model)
FROM started
JOIN models ON models.id = model
LEFT JOIN guilds ON guilds.id = guild
LEFT JOIN channels ON channels.id = channel
LEFT JOIN users ON users.id = user
LEFT JOIN providers ON providers.id = provider
ORDER BY ticket
