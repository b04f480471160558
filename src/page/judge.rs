//! Reads a list by serde_json, as far as paging needs it: rows are counted and skipped, no tree is built. It has the
//! last word on what the scan of `skim` leaves open, and says what is wrong with what isn't a list.

use std::fmt;

use percent_encoding::percent_decode_str;
use serde::de::{DeserializeSeed, Deserializer, IgnoredAny, MapAccess, SeqAccess, Visitor};

use super::Next;
use super::depth::{MAX_DEPTH, is_nested_deeper};
use super::skim::{Found, next_of};

/// Checks that `json` is a list and finds its row count and what comes next; says what is wrong otherwise.
pub(super) fn judge(json: &str) -> Result<Found, String> {
    if is_nested_deeper(json, MAX_DEPTH) {
        return Err(format!("it is nested more than {MAX_DEPTH} levels deep"));
    }
    let mut state = State { data: Data::Missing, next: Next::End };
    let mut parser = serde_json::Deserializer::from_str(json);
    Value { place: Place::List, state: &mut state }
        .deserialize(&mut parser)
        .and_then(|()| parser.end())
        // Keys were read as bytes, in which serde_json lets control characters pass.
        .and_then(|()| serde_json::from_str::<IgnoredAny>(json))
        .map_err(|error| error.to_string())?;
    match state.data {
        Data::Rows(count) => Ok(Found { count, next: state.next, rows_at: None }),
        Data::Missing => Err("its object has no \"data\"".to_owned()),
        Data::Other(what) => Err(format!("its \"data\" is {what}, not an array")),
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

/// Where in the list a value stands.
#[derive(Clone, Copy, PartialEq)]
enum Place {
    List,
    Kind,
    Data,
    Pages,
    Next,
    Cursor,
}

/// One value at a place that matters. Of a key that stands twice the last one counts, as in serde_json.
struct Value<'a> {
    place: Place,
    state: &'a mut State,
}

impl Value<'_> {
    /// A value that is neither an object, an array, a text nor null.
    fn scalar<E: serde::de::Error>(self, what: &'static str) -> Result<(), E> {
        match self.place {
            Place::List => return Err(E::custom(format!("it is {what}, not an object"))),
            Place::Kind => {}
            Place::Data => self.state.data = Data::Other(what),
            Place::Pages | Place::Next | Place::Cursor => self.state.next = Next::Unreadable,
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
        match self.place {
            Place::Data => self.state.data = Data::Other("an object"),
            Place::Cursor => self.state.next = Next::Unreadable,
            Place::List | Place::Kind | Place::Pages | Place::Next => {}
        }
        let mut names_a_cursor = false;
        while let Some(key) = map.next_key_seed(Key)? {
            let place = match (self.place, key) {
                (Place::List, Known::Data) => Place::Data,
                (Place::List, Known::Pages) => Place::Pages,
                (Place::Pages, Known::Next) => Place::Next,
                (Place::Next, Known::StartingAfter) => Place::Cursor,
                (Place::List, Known::Type) => Place::Kind,
                // Another way to name a page, perhaps: not the end, until a cursor says so.
                (Place::Next, _) => {
                    map.next_value::<IgnoredAny>()?;
                    if !names_a_cursor {
                        self.state.next = Next::Unreadable;
                    }
                    continue;
                }
                _ => {
                    map.next_value::<IgnoredAny>()?;
                    continue;
                }
            };
            names_a_cursor |= place == Place::Cursor;
            if matches!(place, Place::Pages | Place::Next | Place::Cursor) {
                self.state.next = Next::End;
            }
            map.next_value_seed(Value { place, state: self.state })?;
        }
        Ok(())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<(), A::Error> {
        let mut count = 0;
        while items.next_element::<IgnoredAny>()?.is_some() {
            count += 1;
        }
        match self.place {
            Place::Data => self.state.data = Data::Rows(count),
            _ => self.scalar("an array")?,
        }
        Ok(())
    }

    fn visit_unit<E: serde::de::Error>(self) -> Result<(), E> {
        match self.place {
            // An empty list is `[]`; null may as well be a failure, and a mirror must not take it for "no rows".
            Place::List | Place::Data => self.scalar("null"),
            Place::Kind | Place::Pages | Place::Next | Place::Cursor => Ok(()),
        }
    }

    fn visit_str<E: serde::de::Error>(self, text: &str) -> Result<(), E> {
        match self.place {
            // Other types of lists may come, but an error is none, whatever else it has.
            Place::Kind if text == "error.list" => return Err(E::custom("it is an error.list")),
            Place::Kind => {}
            Place::Cursor => self.state.next = next_of(text),
            // Old versions of the API gave the next page as a URL.
            Place::Next if text.is_empty() => {}
            Place::Next => self.state.next = cursor_in_url(text).unwrap_or(Next::Unreadable),
            Place::List | Place::Data | Place::Pages => return self.scalar("a text"),
        }
        Ok(())
    }

    fn visit_bool<E: serde::de::Error>(self, _: bool) -> Result<(), E> {
        self.scalar("a boolean")
    }

    fn visit_i64<E: serde::de::Error>(self, _: i64) -> Result<(), E> {
        self.scalar("a number")
    }

    fn visit_u64<E: serde::de::Error>(self, _: u64) -> Result<(), E> {
        self.scalar("a number")
    }

    fn visit_f64<E: serde::de::Error>(self, _: f64) -> Result<(), E> {
        self.scalar("a number")
    }
}

fn cursor_in_url(url: &str) -> Option<Next> {
    let (_, query) = url.split_once('?')?;
    let value = query.split(['&', '#']).find_map(|pair| pair.strip_prefix("starting_after="))?;
    let cursor = percent_decode_str(value).decode_utf8().ok()?;
    Some(next_of(&cursor))
}

/// The keys that paging needs.
enum Known {
    Type,
    Data,
    Pages,
    Next,
    StartingAfter,
    Other,
}

struct Key;

impl<'de> DeserializeSeed<'de> for Key {
    type Value = Known;

    fn deserialize<D: Deserializer<'de>>(self, parser: D) -> Result<Known, D::Error> {
        // As bytes: a name with half a surrogate pair is none of ours, but no reason to fail.
        parser.deserialize_bytes(self)
    }
}

impl Visitor<'_> for Key {
    type Value = Known;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a key")
    }

    fn visit_bytes<E: serde::de::Error>(self, key: &[u8]) -> Result<Known, E> {
        Ok(match key {
            b"type" => Known::Type,
            b"data" => Known::Data,
            b"pages" => Known::Pages,
            b"next" => Known::Next,
            b"starting_after" => Known::StartingAfter,
            _ => Known::Other,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::page::skim::skim;
    use crate::request::MAX_CURSOR;

    /// By the scan, where that reads it, it is the same.
    fn both(json: &str) -> Result<Found, String> {
        let judged = judge(json);
        let skimmed = skim(json);
        assert_eq!(
            skimmed.clone().map(|found| (found.count, found.next)),
            judged.clone().map(|found| (found.count, found.next))
        );
        judged
    }

    fn next(pages: &str) -> Next {
        let json = format!(r#"{{"type":"list","data":[{{"id":"1"}}],"pages":{pages}}}"#);
        let found = both(&json).expect(pages);
        assert_eq!(found.count, 1);
        found.next
    }

    #[test]
    fn finds_the_next_cursor() {
        let cursor = |text: &str| Next::Cursor(text.to_owned());
        assert_eq!(next(r#"{"next":{"starting_after":"abc="}}"#), cursor("abc="));
        assert_eq!(next(r#"{"next":{"starting_after":"a\/\u00e9\n"}}"#), cursor("a/é\n"));
        assert_eq!(next(r#"{"x":[{"next":1}],"next":{"per_page":1,"starting_after":"c"},"y":{}}"#), cursor("c"));
        assert_eq!(next(r#"{"next":"https://host/x?per_page=5&starting_after=a%2Bb%3D"}"#), cursor("a+b="));
    }

    #[test]
    fn finds_the_end_in_each_of_its_forms() {
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
        assert_eq!(both(r#"{"data":[]}"#).expect("no pages at all").next, Next::End);
    }

    #[test]
    fn does_not_take_what_it_cannot_read_for_the_end() {
        for odd in [
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
            assert_eq!(next(odd), Next::Unreadable, "{odd}");
        }
    }

    #[test]
    fn a_cursor_has_to_fit_into_a_request() {
        let of_length = |length| next(&format!(r#"{{"next":{{"starting_after":"{}"}}}}"#, "c".repeat(length)));
        assert_eq!(of_length(MAX_CURSOR), Next::Cursor("c".repeat(MAX_CURSOR)));
        assert_eq!(of_length(MAX_CURSOR + 1), Next::Unreadable);
    }

    #[test]
    fn the_last_of_two_equal_keys_counts() {
        assert_eq!(next(r#"{"next":{"starting_after":"a"},"next":null}"#), Next::End);
        assert_eq!(
            next(r#"{"next":null,"next":{"starting_after":"a","starting_after":"b"}}"#),
            Next::Cursor("b".into())
        );
        assert_eq!(next(r#"{"next":{"starting_after":"a"}},"pages":{}"#), Next::End);
        let found = both(r#"{"data":null,"data":[1,2]}"#).expect("the second data is an array");
        assert_eq!(found.count, 2);
        assert!(both(r#"{"data":[1,2],"data":null}"#).is_err());
    }

    #[test]
    fn counts_rows_whatever_they_are() {
        for (json, count) in [
            (r#"{"data":[]}"#, 0),
            (r#"{"data":[null,1,"x",[],{"data":[1,2,3],"pages":{"next":{"starting_after":"no"}}}]}"#, 5),
            (" {\n\t\"data\" : [ {} , {} ] , \"new\" : { \"a\" : [ 1 ] } } \r\n", 2),
            (r#"{"dat\u0061":[1]}"#, 1),
            (r#"{"\ud800":1,"data":[{"\udc00":"\ud800"}],"type":null}"#, 1),
        ] {
            let found = both(json).expect(json);
            assert_eq!((found.count, found.next), (count, Next::End), "{json}");
        }
    }

    #[test]
    fn says_what_is_not_a_list() {
        for (json, says) in [
            ("", "EOF while parsing"),
            ("<html>", "expected value"),
            ("[]", "an array, not an object"),
            ("null", "null, not an object"),
            ("\"x\"", "a text, not an object"),
            ("{}", "no \"data\""),
            (r#"{"type":"error.list","data":[]}"#, "an error.list"),
            (r#"{"data":null}"#, "\"data\" is null"),
            (r#"{"data":{"a":1}}"#, "\"data\" is an object"),
            (r#"{"data":"x"}"#, "\"data\" is a text"),
            (r#"{"data":7}"#, "\"data\" is a number"),
            (r#"{"data":[{"id":"1"}"#, "EOF while parsing"),
            (r#"{"data":[]} {}"#, "trailing characters"),
            (r#"{"data":[1,]}"#, "trailing comma"),
            ("{\"data\":[],\"a\u{1}b\":1}", "control character"),
        ] {
            let error = both(json).expect_err(json);
            assert!(error.contains(says), "{json}: {error}");
        }
    }
}
