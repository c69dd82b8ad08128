//! JSON Schema, as much of it as Discord's description uses. It is written out here because the crate that knows all of it
//! switches serde_json to another way of reading numbers, for the whole test build and so for the program under test.
//! What a schema says that is not understood is reported, not passed over.

use serde_json::{Map, Value};

/// A place in a body, and what is wrong there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Wrong {
    pub at: String,
    pub words: String,
}

/// A document of schemas that refer to each other.
#[derive(Debug, Clone, Copy)]
pub struct Schemas<'a>(pub &'a Value);

impl<'a> Schemas<'a> {
    /// What is wrong with a value by a schema.
    pub fn wrong_with(self, value: &Value, schema: &Value, at: &str) -> Vec<Wrong> {
        let Some(schema) = schema.as_object() else { return Vec::new() };
        schema.iter().flat_map(|(keyword, rule)| self.by_keyword(value, keyword, rule, schema, at)).collect()
    }

    fn by_keyword(
        self,
        value: &Value,
        keyword: &str,
        rule: &Value,
        schema: &Map<String, Value>,
        at: &str,
    ) -> Vec<Wrong> {
        match keyword {
            "$ref" => self.wrong_with(value, self.referred(rule), at),
            "allOf" => list(rule).iter().flat_map(|each| self.wrong_with(value, each, at)).collect(),
            "oneOf" | "anyOf" => self.none_of(value, list(rule), at),
            "properties" => self.in_properties(value, rule, schema, at),
            "items" => self.in_items(value, rule, at),
            // Seen to together with the properties.
            "additionalProperties" if schema.contains_key("properties") => Vec::new(),
            "additionalProperties" => self.in_properties(value, &Value::Null, schema, at),
            "required" => missing(value, list(rule), at),
            "title" | "description" | "format" | "contentEncoding" | "x-discord-union" => Vec::new(),
            _ => by_itself(value, keyword, rule).into_iter().map(|words| wrong(at, words)).collect(),
        }
    }

    fn referred(self, rule: &Value) -> &'a Value {
        let pointer = rule.as_str().and_then(|reference| reference.strip_prefix('#')).unwrap_or_default();
        self.0.pointer(pointer).expect("the description refers to its own parts")
    }

    /// Why a value fits none of some shapes, by the shape that was meant: the one that it has a chance to be.
    fn none_of(self, value: &Value, shapes: &[Value], at: &str) -> Vec<Wrong> {
        let branches: Vec<Vec<Wrong>> = shapes.iter().map(|shape| self.wrong_with(value, shape, at)).collect();
        if branches.iter().any(Vec::is_empty) {
            return Vec::new();
        }
        let is_another = |wrong: &Wrong| wrong.at == at || wrong.at == format!("{at}/type");
        let meant = branches.iter().find(|branch| !branch.iter().any(is_another));
        meant.or_else(|| branches.iter().min_by_key(|branch| branch.len())).cloned().unwrap_or_default()
    }

    fn in_properties(self, value: &Value, known: &Value, schema: &Map<String, Value>, at: &str) -> Vec<Wrong> {
        let Some(given) = value.as_object() else { return Vec::new() };
        let others = schema.get("additionalProperties");
        let each = given.iter().flat_map(|(name, value)| {
            let at = format!("{at}/{name}");
            match known.get(name).or(others) {
                Some(Value::Bool(true)) => Vec::new(),
                Some(Value::Bool(false)) | None if is_said(value) => {
                    vec![wrong(&at, "there is no such property".to_owned())]
                }
                Some(Value::Bool(false)) | None => Vec::new(),
                Some(schema) => self.wrong_with(value, schema, &at),
            }
        });
        each.collect()
    }

    fn in_items(self, value: &Value, schema: &Value, at: &str) -> Vec<Wrong> {
        let items = list(value).iter().enumerate();
        items.flat_map(|(n, item)| self.wrong_with(item, schema, &format!("{at}/{n}"))).collect()
    }
}

/// Whether a property says anything. serenity writes down much that it leaves empty.
fn is_said(value: &Value) -> bool {
    match value {
        Value::Null | Value::Bool(false) => false,
        Value::Array(items) => !items.is_empty(),
        Value::Object(properties) => !properties.is_empty(),
        _ => true,
    }
}

fn wrong(at: &str, words: String) -> Wrong {
    Wrong { at: at.to_owned(), words }
}

fn list(value: &Value) -> &[Value] {
    value.as_array().map_or(&[], Vec::as_slice)
}

fn missing(value: &Value, needed: &[Value], at: &str) -> Vec<Wrong> {
    let needed = needed.iter().filter_map(Value::as_str).filter(|_| value.is_object());
    needed.filter(|name| value.get(name).is_none()).map(|name| wrong(at, format!("{name} is missing"))).collect()
}

/// What a keyword says against a value that needs no other schema. A keyword speaks of values of its kind only.
fn by_itself(value: &Value, keyword: &str, rule: &Value) -> Option<String> {
    let size = match value {
        Value::String(text) => text.chars().count(),
        Value::Array(items) => items.len(),
        Value::Object(properties) => properties.len(),
        _ => 0,
    };
    let bound = rule.as_f64().unwrap_or_default();
    let (number, size) = (value.as_f64(), size as f64);
    let broken = match keyword {
        "type" => !types(rule).any(|kind| is_of(value, kind)),
        "enum" => !list(rule).contains(value),
        "const" => rule != value,
        "minimum" => number.is_some_and(|number| number < bound),
        "maximum" => number.is_some_and(|number| number > bound),
        "minLength" => value.is_string() && size < bound,
        "maxLength" => value.is_string() && size > bound,
        "minItems" => value.is_array() && size < bound,
        "maxItems" => value.is_array() && size > bound,
        "minProperties" => value.is_object() && size < bound,
        "maxProperties" => value.is_object() && size > bound,
        "uniqueItems" => list(value).iter().enumerate().any(|(n, item)| list(value)[..n].contains(item)),
        // The only one in what bots ask: a whole number in digits.
        "pattern" if rule == "^(0|[1-9][0-9]*)$" => value.as_str().is_some_and(|text| !is_snowflake(text)),
        _ => return Some(format!("what {keyword} says is not understood")),
    };
    broken.then(|| format!("{keyword} is to be {rule}"))
}

fn types(rule: &Value) -> impl Iterator<Item = &str> {
    rule.as_str().into_iter().chain(list(rule).iter().filter_map(Value::as_str))
}

fn is_of(value: &Value, kind: &str) -> bool {
    match kind {
        "null" => value.is_null(),
        "boolean" => value.is_boolean(),
        "string" => value.is_string(),
        "array" => value.is_array(),
        "object" => value.is_object(),
        "number" => value.is_number(),
        "integer" => value.is_i64() || value.is_u64(),
        _ => false,
    }
}

fn is_snowflake(text: &str) -> bool {
    text == "0" || !text.is_empty() && !text.starts_with('0') && text.bytes().all(|byte| byte.is_ascii_digit())
}
