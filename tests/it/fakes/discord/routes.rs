//! The requests that the fake understands: one table from method and path to a name, by which tests and the code speak of
//! them.

/// A kind of request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Route {
    /// The gateway's socket itself. Whatever goes wrong there, the client is not let in.
    Connect,
    Gateway,
    GatewayBot,
    Me,
    Application,
    GetUser,
    OpenDm,
    ListCommands,
    SetCommands,
    GetChannel,
    GetGuild,
    GetMember,
    ListMessages,
    CreateMessage,
    GetMessage,
    EditMessage,
    DeleteMessage,
    Typing,
    AddReaction,
    RemoveReaction,
    /// The first answer to an interaction.
    Answer,
    FollowUp,
    GetAnswer,
    EditAnswer,
    DeleteAnswer,
    /// The bytes of a file, from the address that stands in a message.
    Download,
}

/// Method, path and route. `{}` stands for whatever is there; what it stands for becomes an argument, in order.
const TABLE: [(&str, &str, Route); 29] = [
    ("GET", "/gateway", Route::Gateway),
    ("GET", "/gateway/bot", Route::GatewayBot),
    ("GET", "/users/@me", Route::Me),
    ("GET", "/users/{}", Route::GetUser),
    ("POST", "/users/@me/channels", Route::OpenDm),
    ("GET", "/applications/@me", Route::Application),
    ("GET", "/oauth2/applications/@me", Route::Application),
    ("GET", "/applications/{}/commands", Route::ListCommands),
    ("PUT", "/applications/{}/commands", Route::SetCommands),
    ("GET", "/applications/{}/guilds/{}/commands", Route::ListCommands),
    ("PUT", "/applications/{}/guilds/{}/commands", Route::SetCommands),
    ("GET", "/channels/{}", Route::GetChannel),
    ("GET", "/guilds/{}", Route::GetGuild),
    ("GET", "/guilds/{}/members/{}", Route::GetMember),
    ("GET", "/channels/{}/messages", Route::ListMessages),
    ("POST", "/channels/{}/messages", Route::CreateMessage),
    ("GET", "/channels/{}/messages/{}", Route::GetMessage),
    ("PATCH", "/channels/{}/messages/{}", Route::EditMessage),
    ("DELETE", "/channels/{}/messages/{}", Route::DeleteMessage),
    ("POST", "/channels/{}/typing", Route::Typing),
    ("PUT", "/channels/{}/messages/{}/reactions/{}/@me", Route::AddReaction),
    ("DELETE", "/channels/{}/messages/{}/reactions/{}/@me", Route::RemoveReaction),
    ("POST", "/interactions/{}/{}/callback", Route::Answer),
    ("POST", "/webhooks/{}/{}", Route::FollowUp),
    ("GET", "/webhooks/{}/{}/messages/{}", Route::GetAnswer),
    ("PATCH", "/webhooks/{}/{}/messages/{}", Route::EditAnswer),
    ("DELETE", "/webhooks/{}/{}/messages/{}", Route::DeleteAnswer),
    ("GET", "/attachments/{}/{}/{}", Route::Download),
    ("HEAD", "/attachments/{}/{}/{}", Route::Download),
];

impl Route {
    /// The route of a request, and what its path names.
    pub fn of(method: &str, path: &str) -> Option<(Self, Vec<String>)> {
        let candidates = TABLE.iter().filter(|(known, ..)| *known == method);
        candidates.into_iter().find_map(|(_, pattern, route)| Some((*route, arguments(pattern, path)?)))
    }

    /// Whether the request must show the bot's token. Interactions have one of their own, in the path.
    pub fn needs_token(self) -> bool {
        use Route::{Answer, DeleteAnswer, Download, EditAnswer, FollowUp, Gateway, GetAnswer};
        !matches!(self, Answer | FollowUp | GetAnswer | EditAnswer | DeleteAnswer | Download | Gateway)
    }
}

/// What the `{}` of a pattern stand for in a path, if it fits.
fn arguments(pattern: &str, path: &str) -> Option<Vec<String>> {
    let (pattern, path): (Vec<&str>, Vec<&str>) = (pattern.split('/').collect(), path.split('/').collect());
    if pattern.len() != path.len() {
        return None;
    }
    let mut found = Vec::new();
    for (known, given) in pattern.into_iter().zip(path) {
        match known {
            "{}" => found.push(decoded(given)),
            known if known == given => {}
            _ => return None,
        }
    }
    Some(found)
}

/// A part of a path without percent signs.
fn decoded(part: &str) -> String {
    let mut bytes = Vec::new();
    let mut rest = part.as_bytes();
    while let [first, tail @ ..] = rest {
        let code = if *first == b'%' { tail.get(..2).and_then(|hex| str::from_utf8(hex).ok()) } else { None };
        let byte = code.and_then(|hex| u8::from_str_radix(hex, 16).ok());
        bytes.push(byte.unwrap_or(*first));
        rest = if byte.is_some() { &tail[2..] } else { tail };
    }
    String::from_utf8_lossy(&bytes).into_owned()
}
