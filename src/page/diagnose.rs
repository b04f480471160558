//! Validates a list with serde_json, without building a tree: parses the valid lists that the scanner of `list`
//! rejects, and reports why a list is invalid.

use std::fmt;

use percent_encoding::percent_decode_str;
use serde::de::{DeserializeSeed, Deserializer, IgnoredAny, MapAccess, SeqAccess, Visitor};

use super::summary::Next;
use crate::json::depth::{MAX_DEPTH, is_nested_deeper};

/// Validates a list; returns the number of rows and the next page. The error is the reason why it is invalid.
pub(super) fn diagnose(json: &str) -> Result<(usize, Next), String> {
    if is_nested_deeper(json, MAX_DEPTH) {
        return Err(format!("nested more than {MAX_DEPTH} levels deep"));
    }
    let mut state = State { data: Data::Missing, next: Next::End };
    let mut parser = serde_json::Deserializer::from_str(json);
    Value { part: Part::List, state: &mut state }
        .deserialize(&mut parser)
        .and_then(|()| parser.end())
        // In keys, which are deserialized as bytes, serde_json accepts control characters.
        .and_then(|()| serde_json::from_str::<IgnoredAny>(json))
        .map_err(|error| error.to_string())?;
    match state.data {
        Data::Rows(count) => Ok((count, state.next)),
        Data::Missing => Err("\"data\" is missing".to_owned()),
        Data::Other(what) => Err(format!("\"data\" is {what}, not an array")),
    }
}

struct State {
    data: Data,
    next: Next,
}

enum Data {
    Missing,
    Rows(usize),
    Other(&'static str),
}

/// A part of the list that is validated.
#[derive(Clone, Copy, PartialEq)]
enum Part {
    List,
    Kind,
    Data,
    Pages,
    Next,
    Cursor,
}

/// Parses the value of a part. The last of two equal keys is used, as in serde_json.
struct Value<'a> {
    part: Part,
    state: &'a mut State,
}

impl Value<'_> {
    /// A value of a type that is not expected here.
    fn unexpected<E: serde::de::Error>(self, what: &'static str) -> Result<(), E> {
        match self.part {
            Part::List => return Err(E::custom(format!("the top level is {what}, not an object"))),
            Part::Kind => {}
            Part::Data => self.state.data = Data::Other(what),
            Part::Pages | Part::Next | Part::Cursor => self.state.next = Next::Unsupported,
        }
        Ok(())
    }
}

impl<'de> DeserializeSeed<'de> for Value<'_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, parser: D) -> Result<(), D::Error> {
        parser.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Value<'_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a list")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
        match self.part {
            Part::Data => self.state.data = Data::Other("an object"),
            Part::Cursor => self.state.next = Next::Unsupported,
            Part::List | Part::Kind | Part::Pages | Part::Next => {}
        }
        let mut has_cursor = false;
        while let Some(key) = map.next_key_seed(Key)? {
            let part = match (self.part, key) {
                (Part::List, KnownKey::Data) => Part::Data,
                (Part::List, KnownKey::Pages) => Part::Pages,
                (Part::Pages, KnownKey::Next) => Part::Next,
                (Part::Next, KnownKey::StartingAfter) => Part::Cursor,
                (Part::List, KnownKey::Type) => Part::Kind,
                // May identify the next page in another way, so without a cursor this is not the end.
                (Part::Next, _) => {
                    map.next_value::<IgnoredAny>()?;
                    if !has_cursor {
                        self.state.next = Next::Unsupported;
                    }
                    continue;
                }
                _ => {
                    map.next_value::<IgnoredAny>()?;
                    continue;
                }
            };
            has_cursor |= part == Part::Cursor;
            if matches!(part, Part::Pages | Part::Next | Part::Cursor) {
                self.state.next = Next::End;
            }
            map.next_value_seed(Value { part, state: self.state })?;
        }
        Ok(())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<(), A::Error> {
        let mut count = 0;
        while items.next_element::<IgnoredAny>()?.is_some() {
            count += 1;
        }
        match self.part {
            Part::Data => self.state.data = Data::Rows(count),
            _ => self.unexpected("an array")?,
        }
        Ok(())
    }

    fn visit_unit<E: serde::de::Error>(self) -> Result<(), E> {
        match self.part {
            // An empty list is `[]`. Null may be a failure, which must not be mistaken for an empty list.
            Part::List | Part::Data => self.unexpected("null"),
            Part::Kind | Part::Pages | Part::Next | Part::Cursor => Ok(()),
        }
    }

    fn visit_str<E: serde::de::Error>(self, string: &str) -> Result<(), E> {
        match self.part {
            // Other types of lists may be added, but an error is not a list.
            Part::Kind if string == "error.list" => return Err(E::custom("\"type\" is \"error.list\"")),
            Part::Kind => {}
            Part::Cursor => self.state.next = Next::from_cursor(string),
            // Old versions of the API specify the next page by a URL.
            Part::Next if string.is_empty() => {}
            Part::Next => self.state.next = cursor_in_url(string).unwrap_or(Next::Unsupported),
            Part::List | Part::Data | Part::Pages => return self.unexpected("a string"),
        }
        Ok(())
    }

    fn visit_bool<E: serde::de::Error>(self, _: bool) -> Result<(), E> {
        self.unexpected("a boolean")
    }

    fn visit_i64<E: serde::de::Error>(self, _: i64) -> Result<(), E> {
        self.unexpected("a number")
    }

    fn visit_u64<E: serde::de::Error>(self, _: u64) -> Result<(), E> {
        self.unexpected("a number")
    }

    fn visit_f64<E: serde::de::Error>(self, _: f64) -> Result<(), E> {
        self.unexpected("a number")
    }
}

fn cursor_in_url(url: &str) -> Option<Next> {
    let (_, query) = url.split_once('?')?;
    let value = query.split(['&', '#']).find_map(|pair| pair.strip_prefix("starting_after="))?;
    let cursor = percent_decode_str(value).decode_utf8().ok()?;
    Some(Next::from_cursor(&cursor))
}

/// The keys that pagination needs.
enum KnownKey {
    Type,
    Data,
    Pages,
    Next,
    StartingAfter,
    Other,
}

struct Key;

impl<'de> DeserializeSeed<'de> for Key {
    type Value = KnownKey;

    fn deserialize<D: Deserializer<'de>>(self, parser: D) -> Result<KnownKey, D::Error> {
        // As bytes: a key with a lone surrogate is unknown, but not an error.
        parser.deserialize_bytes(self)
    }
}

impl Visitor<'_> for Key {
    type Value = KnownKey;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a key")
    }

    fn visit_bytes<E: serde::de::Error>(self, key: &[u8]) -> Result<KnownKey, E> {
        Ok(match key {
            b"type" => KnownKey::Type,
            b"data" => KnownKey::Data,
            b"pages" => KnownKey::Pages,
            b"next" => KnownKey::Next,
            b"starting_after" => KnownKey::StartingAfter,
            _ => KnownKey::Other,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::page::list::{MAX_ROWS, read_list};
    use crate::request::MAX_CURSOR;

    /// Asserts that the scanner returns the same result if it accepts the list.
    fn both(json: &str) -> Result<(usize, Next), String> {
        let diagnosed = diagnose(json);
        let scanned = read_list(json, MAX_ROWS, false);
        assert_eq!(scanned.map(|(list, _)| (list.rows.count, list.next)), diagnosed);
        diagnosed
    }

    fn next(pages: &str) -> Next {
        let json = format!(r#"{{"type":"list","data":[{{"id":"1"}}],"pages":{pages}}}"#);
        let (count, next) = both(&json).expect(pages);
        assert_eq!(count, 1);
        next
    }

    #[test]
    fn finds_the_next_cursor() {
        let cursor = |cursor: &str| Next::Cursor(cursor.to_owned());
        assert_eq!(next(r#"{"next":{"starting_after":"abc="}}"#), cursor("abc="));
        assert_eq!(next(r#"{"next":{"starting_after":"a\/\u00e9\n"}}"#), cursor("a/é\n"));
        assert_eq!(next(r#"{"x":[{"next":1}],"next":{"per_page":1,"starting_after":"c"},"y":{}}"#), cursor("c"));
        assert_eq!(next(r#"{"next":"https://host/x?per_page=5&starting_after=a%2Bb%3D"}"#), cursor("a+b="));
    }

    #[test]
    fn recognizes_the_last_page_in_every_form() {
        for end in [
            "null",
            "{}",
            r#"{"next":null}"#,
            r#"{"next":{}}"#,
            r#"{"next":""}"#,
            r#"{"next":{"starting_after":null}}"#,
            r#"{"next":{"starting_after":""}}"#,
            r#"{"next":{"per_page":5,"starting_after":null,"page":2}}"#,
        ] {
            assert_eq!(next(end), Next::End, "{end}");
        }
        assert_eq!(both(r#"{"data":[]}"#), Ok((0, Next::End)));
    }

    #[test]
    fn does_not_mistake_an_unknown_next_page_for_the_end() {
        for pages in [
            "7",
            "\"x\"",
            "[]",
            "true",
            r#"{"next":7}"#,
            r#"{"next":[]}"#,
            r#"{"next":true}"#,
            r#"{"next":"https://host/x?page=2"}"#,
            r#"{"next":{"page":2,"per_page":20}}"#,
            r#"{"next":{"starting_after":12}}"#,
            r#"{"next":{"starting_after":{}}}"#,
            r#"{"next":{"starting_after":"a\u0000b"}}"#,
        ] {
            assert_eq!(next(pages), Next::Unsupported, "{pages}");
        }
    }

    #[test]
    fn rejects_a_cursor_that_is_too_long_for_a_request() {
        let of_length = |length| next(&format!(r#"{{"next":{{"starting_after":"{}"}}}}"#, "c".repeat(length)));
        assert_eq!(of_length(MAX_CURSOR), Next::Cursor("c".repeat(MAX_CURSOR)));
        assert_eq!(of_length(MAX_CURSOR + 1), Next::Unsupported);
    }

    #[test]
    fn uses_the_last_of_two_equal_keys() {
        assert_eq!(next(r#"{"next":{"starting_after":"a"},"next":null}"#), Next::End);
        assert_eq!(
            next(r#"{"next":null,"next":{"starting_after":"a","starting_after":"b"}}"#),
            Next::Cursor("b".into())
        );
        assert_eq!(next(r#"{"next":{"starting_after":"a"}},"pages":{}"#), Next::End);
        assert_eq!(both(r#"{"data":null,"data":[1,2]}"#), Ok((2, Next::End)));
        assert!(both(r#"{"data":[1,2],"data":null}"#).is_err());
    }

    #[test]
    fn counts_rows_of_any_type() {
        for (json, count) in [
            (r#"{"data":[]}"#, 0),
            (r#"{"data":[null,1,"x",[],{"data":[1,2,3],"pages":{"next":{"starting_after":"no"}}}]}"#, 5),
            (" {\n\t\"data\" : [ {} , {} ] , \"new\" : { \"a\" : [ 1 ] } } \r\n", 2),
            (r#"{"dat\u0061":[1]}"#, 1),
            (r#"{"\ud800":1,"data":[{"\udc00":"\ud800"}],"type":null}"#, 1),
        ] {
            assert_eq!(both(json), Ok((count, Next::End)), "{json}");
        }
    }

    #[test]
    fn reports_why_something_is_not_a_list() {
        for (json, reason) in [
            ("", "EOF while parsing"),
            ("<html>", "expected value"),
            ("[]", "the top level is an array, not an object"),
            ("null", "null, not an object"),
            ("\"x\"", "a string, not an object"),
            ("{}", "\"data\" is missing"),
            (r#"{"type":"error.list","data":[]}"#, "\"type\" is \"error.list\""),
            (r#"{"data":null}"#, "\"data\" is null"),
            (r#"{"data":{"a":1}}"#, "\"data\" is an object"),
            (r#"{"data":"x"}"#, "\"data\" is a string"),
            (r#"{"data":7}"#, "\"data\" is a number"),
            (r#"{"data":[{"id":"1"}"#, "EOF while parsing"),
            (r#"{"data":[]} {}"#, "trailing characters"),
            (r#"{"data":[1,]}"#, "trailing comma"),
            ("{\"data\":[],\"a\u{1}b\":1}", "control character"),
        ] {
            let error = both(json).expect_err(json);
            assert!(error.contains(reason), "{json}: {error}");
        }
    }
}
