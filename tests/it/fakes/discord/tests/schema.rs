//! The part of JSON Schema that Discord's description uses, keyword by keyword, on a small document of our own.

use serde_json::{Value, json};

use super::super::schema::Schemas;

/// Where a value breaks a schema, and how.
fn wrong(schema: Value, value: Value) -> Vec<String> {
    let document = json!({
        "schemas": {
            "Id": { "type": "string", "pattern": "^(0|[1-9][0-9]*)$", "format": "snowflake" },
            "Button": {
                "type": "object",
                "properties": { "type": { "enum": [2] }, "label": { "type": ["string", "null"], "maxLength": 3 } },
                "required": ["type"],
            },
            "Menu": { "type": "object", "properties": { "type": { "enum": [3] }, "options": { "type": "array" } } },
        },
    });
    let found = Schemas(&document).wrong_with(&value, &schema, "");
    found.into_iter().map(|wrong| format!("{}: {}", wrong.at, wrong.words)).collect()
}

#[test]
fn kinds() {
    for (kind, fitting) in
        [("null", json!(null)), ("boolean", json!(true)), ("integer", json!(5)), ("number", json!(0.5))]
    {
        assert_eq!(wrong(json!({ "type": kind }), fitting), [""; 0]);
        assert_eq!(wrong(json!({ "type": kind }), json!("x")), [format!(": type is to be \"{kind}\"")]);
    }
    assert_eq!(wrong(json!({ "type": ["array", "object"] }), json!([])), [""; 0]);
    assert_eq!(wrong(json!({ "type": "integer" }), json!(0.5)).len(), 1);
}

#[test]
fn bounds() {
    let bounds = [("minimum", 2), ("minLength", 2), ("minItems", 2), ("minProperties", 2)];
    let small = [json!(1), json!("é"), json!([1]), json!({ "a": 1 })];
    for ((keyword, bound), value) in bounds.into_iter().zip(&small) {
        assert_eq!(wrong(json!({ keyword: bound }), value.clone()), [format!(": {keyword} is to be {bound}")]);
        let most = keyword.replace("min", "max");
        assert_eq!(wrong(json!({ most.clone(): 1 }), value.clone()), [""; 0]);
        assert_eq!(wrong(json!({ most: 0 }), value.clone()).len(), 1);
        assert_eq!(wrong(json!({ keyword: bound }), json!(null)), [""; 0]);
    }
    assert_eq!(wrong(json!({ "uniqueItems": true }), json!([1, 2, 1])).len(), 1);
    assert_eq!(wrong(json!({ "const": 4 }), json!(5)).len(), 1);
}

#[test]
fn ids() {
    let id = || json!({ "$ref": "#/schemas/Id" });
    for good in ["0", "7", "1457659890892800006"] {
        assert_eq!(wrong(id(), json!(good)), [""; 0]);
    }
    for bad in [json!("07"), json!(""), json!("x"), json!(7)] {
        assert_eq!(wrong(id(), bad).len(), 1);
    }
}

#[test]
fn properties() {
    let button = || json!({ "$ref": "#/schemas/Button" });
    assert_eq!(wrong(button(), json!({ "type": 2, "label": null })), [""; 0]);
    assert_eq!(wrong(button(), json!({ "label": "x" })), [": type is missing"]);
    assert_eq!(wrong(button(), json!({ "type": 2, "lable": "x" })), ["/lable: there is no such property"]);
    assert_eq!(wrong(button(), json!({ "type": 2, "lable": null, "colours": [], "loud": false })), [""; 0]);
    let names = json!({ "type": "object", "additionalProperties": { "type": "string" } });
    assert_eq!(wrong(names, json!({ "de": "x", "fr": 1 })), ["/fr: type is to be \"string\""]);
}

#[test]
fn of_several_shapes_the_one_that_was_meant_is_explained() {
    let part = json!({ "oneOf": [{ "type": "null" }, { "$ref": "#/schemas/Menu" }, { "$ref": "#/schemas/Button" }] });
    let row = json!({ "type": "array", "items": part });
    assert_eq!(wrong(row.clone(), json!([{ "type": 2 }, null, { "type": 3, "options": [] }])), [""; 0]);
    let found = wrong(row, json!([{ "type": 2, "label": "long" }, { "type": 3, "options": 1 }]));
    assert_eq!(found, ["/0/label: maxLength is to be 3", "/1/options: type is to be \"array\""]);
}

#[test]
fn what_is_not_understood_is_not_passed_over() {
    assert_eq!(wrong(json!({ "multipleOf": 2 }), json!(3)), [": what multipleOf says is not understood"]);
    assert_eq!(wrong(json!({ "title": "x", "description": "y", "format": "z" }), json!(3)), [""; 0]);
}
