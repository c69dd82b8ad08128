//! Discord's own description of its API, held against each request: is there such a request, does the body fit? The
//! description is no part of the project; where it is not at hand, nothing is checked. It is read once a process. It says
//! nothing of the limits that are particular to bots; those are the fake's own.

use std::path::Path;
use std::sync::OnceLock;

use serde_json::Value;

use super::schema::Schemas;
use crate::harness::real_log;

const NAME: &str = "discord-openapi.json";

struct Description(Value);

/// Whether requests are checked at all.
pub fn is_here() -> bool {
    description().is_some()
}

/// What is wrong with a request.
pub fn wrong_with(method: &str, path: &str, query: &[(String, String)], body: &Value) -> Vec<String> {
    let Some(description) = description() else { return Vec::new() };
    let method = method.to_lowercase();
    let Some(operation) = description.operation(&method, path) else {
        return vec![format!("{method} {path} is not in Discord's description")];
    };
    let mut wrong = unknown_parameters(operation, query);
    wrong.extend(description.body_problems(operation, body));
    wrong.into_iter().map(|problem| format!("{method} {path}: {problem}")).collect()
}

fn description() -> Option<&'static Description> {
    static DESCRIPTION: OnceLock<Option<Description>> = OnceLock::new();
    DESCRIPTION.get_or_init(|| real_log(NAME).map(|path| Description::read(&path))).as_ref()
}

impl Description {
    fn read(path: &Path) -> Self {
        let text = std::fs::read_to_string(path).expect("the description can be read");
        Self(serde_json::from_str(&text).expect("the description is JSON"))
    }

    /// What is said of a request, by the most literal of the paths that fit.
    fn operation(&self, method: &str, path: &str) -> Option<&Value> {
        let paths = self.0["paths"].as_object().expect("a description has paths");
        let fitting =
            paths.iter().filter(|(template, operations)| fits(template, path) && operations.get(method).is_some());
        let fitting = fitting.min_by_key(|(template, _)| template.matches('{').count());
        fitting.map(|(_, operations)| &operations[method])
    }

    fn body_problems(&self, operation: &Value, body: &Value) -> Vec<String> {
        let request = &operation["requestBody"];
        if body.is_null() {
            let missing = request["required"] == true;
            return if missing { vec!["there is no body".to_owned()] } else { Vec::new() };
        }
        let Some(schema) = request.pointer("/content/application~1json/schema") else {
            return vec!["a body that nobody asked for".to_owned()];
        };
        let wrong = Schemas(&self.0).wrong_with(&forgiven(body.clone()), schema, "");
        wrong.into_iter().map(|wrong| format!("{} at {}", wrong.words, wrong.at)).collect()
    }
}

fn fits(template: &str, path: &str) -> bool {
    let (known, given) = (template.split('/'), path.split('/'));
    known.clone().count() == given.clone().count()
        && known.zip(given).all(|(known, given)| known.starts_with('{') || known == given)
}

fn unknown_parameters(operation: &Value, query: &[(String, String)]) -> Vec<String> {
    let parameters = operation["parameters"].as_array().map_or(&[][..], Vec::as_slice);
    let known = |name: &str| parameters.iter().any(|parameter| parameter["name"] == name && parameter["in"] == "query");
    let unknown = query.iter().filter(|(name, _)| !known(name));
    unknown.map(|(name, _)| format!("no such parameter: {name}")).collect()
}

/// Discord takes numbers for ids and texts for permissions, and serenity sends them; its description does not say so.
fn forgiven(mut body: Value) -> Value {
    let holders = ["/attachments", "/data/attachments"];
    for holder in holders {
        for entry in body.pointer_mut(holder).and_then(Value::as_array_mut).into_iter().flatten() {
            if entry["id"].is_u64() {
                entry["id"] = entry["id"].to_string().into();
            }
        }
    }
    for command in body.as_array_mut().into_iter().flatten() {
        let bits = command["default_member_permissions"].as_str().and_then(|bits| bits.parse::<u64>().ok());
        if let Some(bits) = bits {
            command["default_member_permissions"] = bits.into();
        }
    }
    body
}
