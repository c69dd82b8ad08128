SELECT at, guilds.name, channels.name, users.name, providers.name, models.name, query_type
FROM started
JOIN models ON models.id = model
LEFT JOIN guilds ON guilds.id = guild
LEFT JOIN channels ON channels.id = channel
LEFT JOIN users ON users.id = user
LEFT JOIN providers ON providers.id = provider
ORDER BY ticket
