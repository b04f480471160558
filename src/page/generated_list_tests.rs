//! Generates lists, most of them unlike those of the service, and compares the parsed pages with serde_json's results.

use super::Page;
use super::field::Field;
use super::serde_json_oracle::check_page;
use crate::random::{Random, seed_count};

#[rustfmt::skip]
const STRING_PARTS: [&str; 31] = [
    "a", "Order Status Service", "12345", "2026-01-20T14:22:15Z", "1969-12-31T23:59:59Z",
    "/data_connectors/1/execution_results", "  ", "é", "注文状況", "🚚", r"\n", r#"\""#, r"\\", r"\/", r"\b\f\r\t", r"\u0000",
    r"\u00e9", r"\uD83D\uDE9A", r"\ud83d", r"\ude9a", r"\u0022", "{[,:]}", "data", "live", "draft", "get", "post", "put",
    "delete", "patch", "\u{7f}\u{80}\u{fffd}",
];

const OTHER_VALUES: [&str; 12] =
    ["null", "true", "false", "0", "-1", "1.5e+3", "-0.0E-1", "1e999", "[]", "{}", "[[{}]]", "[1 , 2]"];

struct ListGenerator {
    random: Random,
    /// Whether to add white space.
    spaced: bool,
    json: String,
}

impl ListGenerator {
    fn generate(seed: u64) -> String {
        let mut random = Random::new(seed);
        let spaced = random.one_in(3);
        let mut list = Self { random, spaced, json: String::new() };
        list.list();
        list.json
    }

    fn put(&mut self, json: &str) {
        self.json.push_str(json);
        if self.spaced && self.random.one_in(4) {
            self.json.push_str([" ", "\n", "\t", "\r\n  "][self.random.below(4)]);
        }
    }

    fn list(&mut self) {
        self.put("{");
        let rows = self.random.below(8);
        let mut parts = vec!["data", "pages"];
        if self.random.one_in(2) {
            parts.insert(self.random.below(3), "type");
        }
        if self.random.one_in(8) {
            parts.insert(self.random.below(3), "other");
        }
        if self.random.one_in(12) {
            parts.push(["data", "pages"][self.random.below(2)]);
        }
        for (index, part) in parts.iter().enumerate() {
            if index > 0 {
                self.put(",");
            }
            self.key(part);
            match *part {
                "data" => self.rows(rows),
                "pages" => self.pages(),
                "type" => self.put("\"list\""),
                _ => self.value(),
            }
        }
        self.put("}");
    }

    fn pages(&mut self) {
        let next = self.random.choose(&[
            "null",
            r#"{"next":null}"#,
            r#"{"type":"pages","per_page":50,"next":{"starting_after":"abc="}}"#,
            r#"{"next":{"per_page":50,"starting_after":"abc="}}"#,
            r#"{"next":{"starting_after":"a\u003d"}}"#,
            r#"{"next":{"page":2}}"#,
            r#"{"next":{}}"#,
            r#"{"next":{"starting_after":""},"next":{"starting_after":"b","starting_after":"c"}}"#,
            r#"{"next":"https://host/x?starting_after=d"}"#,
            r#"{"next":{"starting_after":null}}"#,
            "7",
        ]);
        self.put(next);
    }

    fn rows(&mut self, count: usize) {
        self.put("[");
        // Mostly similar, like the rows of the service.
        let mut keys = Field::ALL.map(Field::name).to_vec();
        for index in 0..count {
            if index > 0 {
                self.put(",");
            }
            if self.random.one_in(4) {
                for _ in 0..self.random.below(4) {
                    let (one, other) = (self.random.below(keys.len()), self.random.below(keys.len()));
                    keys.swap(one, other);
                }
            }
            match self.random.below(12) {
                0 => self.value(),
                1 => {
                    keys.truncate(1 + self.random.below(keys.len()));
                    self.row(&keys);
                }
                2 => {
                    keys.extend(["new", "id", "nested", "name"]);
                    self.row(&keys);
                }
                3 => {
                    let many = ["x"; 30];
                    self.row(&many);
                }
                _ => self.row(&keys),
            }
        }
        self.put("]");
    }

    fn row(&mut self, keys: &[&str]) {
        self.put("{");
        for (index, key) in keys.iter().enumerate() {
            if index > 0 {
                self.put(",");
            }
            self.key(key);
            if *key == "direct_fin_usage" && !self.random.one_in(5) {
                let flag = self.random.choose(&["true", "false"]);
                self.put(flag);
            } else {
                self.value();
            }
        }
        self.put("}");
    }

    fn key(&mut self, key: &str) {
        let escaped = match key.split_at_checked(1) {
            Some((first, rest)) if self.random.one_in(40) => format!("\\u{:04x}{rest}", u32::from(first.as_bytes()[0])),
            _ => key.to_owned(),
        };
        self.put(&format!("\"{escaped}\""));
        self.put(":");
    }

    fn value(&mut self) {
        if self.random.one_in(5) {
            let value = self.random.choose(&OTHER_VALUES);
            return self.put(value);
        }
        let mut string = "\"".to_owned();
        for _ in 0..self.random.below(4) {
            string.push_str(self.random.choose(&STRING_PARTS));
        }
        string.push('"');
        self.put(&string);
    }
}

#[test]
fn accepts_what_serde_json_accepts() {
    let (seeds, mut rows) = (seed_count(4000), 0);
    for seed in 0..seeds {
        let list = ListGenerator::generate(seed);
        let read = Page::parse(list.clone().into_bytes());
        rows += read.map_or(0, |page| page.connectors().filter(|row| row.name().is_some()).count());
        if let Err(panic) = std::panic::catch_unwind(|| check_page(list.as_bytes())) {
            panic!("seed {seed}: {list}\n{:?}", panic.downcast_ref::<String>());
        }
    }
    // Enough lists are valid to compare rows.
    assert!(rows as u64 > seeds + seeds / 4, "{rows} rows with names");
}

#[test]
fn rejects_what_serde_json_rejects() {
    for seed in 0..seed_count(4000) {
        let mut list = ListGenerator::generate(seed).into_bytes();
        let mut random = Random::new(seed + 1);
        for _ in 0..=random.below(2) {
            let at = random.below(list.len());
            match random.below(4) {
                0 => list.truncate(at.max(1)),
                1 => drop(list.remove(at)),
                2 => list.insert(at, b"\"\\{}[],:0 \n\x01\x80"[random.below(13)]),
                _ => list[at] ^= 1 << random.below(8),
            }
        }
        if let Err(panic) = std::panic::catch_unwind(|| check_page(&list)) {
            panic!("seed {seed}: {}\n{:?}", String::from_utf8_lossy(&list), panic.downcast_ref::<String>());
        }
    }
}

/// Inputs that the fuzzer finds are added to its seeds, and tested here, too.
#[test]
fn parses_the_seeds_of_the_fuzzer_like_serde_json() {
    let (mut lists, mut others) = (0, 0);
    for entry in std::fs::read_dir(concat!(env!("CARGO_MANIFEST_DIR"), "/fuzz/seeds")).expect("the seeds") {
        let path = entry.expect("a file").path();
        let body = std::fs::read(&path).expect("a readable file");
        if std::panic::catch_unwind(|| check_page(&body)).is_err() {
            panic!("{}", path.display());
        }
        *(if Page::parse(body).is_ok() { &mut lists } else { &mut others }) += 1;
    }
    assert!(lists >= 12 && others >= 6, "{lists} lists, {others} other bodies");
}

#[test]
fn rows_can_be_nested_as_deeply_as_the_page() {
    for levels in [90, 99, 100, 101, 120, 123, 124, 125, 126, 127, 128] {
        let nested = "[".repeat(levels) + &"]".repeat(levels);
        for list in [
            format!(r#"{{"data":[{{"a":{nested},"id":"1"}},{{"a":{nested},"id":"2"}}]}}"#),
            format!(r#"{{"x":{nested},"data":[{{"id":"1"}},{{"id":"2"}}]}}"#),
            format!(r#"{{"data":[{nested},{{"id":"2"}}],"pages":{{"x":{nested},"next":null}}}}"#),
        ] {
            check_page(list.as_bytes());
            if let Ok(page) = Page::parse(list.into_bytes()) {
                assert_eq!(page.connector(1).and_then(|row| row.id()), Some("2"), "{levels} levels");
            }
        }
    }
}

#[test]
fn threads_share_the_same_rows() {
    let list = ListGenerator::generate(7).into_bytes();
    let page = Page::parse(list).map_err(|invalid| invalid.reason).expect("a list");
    let addresses: Vec<usize> = std::thread::scope(|scope| {
        let threads: Vec<_> = (0..8).map(|_| scope.spawn(|| std::ptr::from_ref(page.rows()) as usize)).collect();
        threads.into_iter().map(|thread| thread.join().expect("no panic")).collect()
    });
    assert!(addresses.iter().all(|&address| address == addresses[0]));
    let copy = page.clone();
    assert!(copy.connectors().map(|row| row.json()).eq(page.connectors().map(|row| row.json())));
}

/// A row is first compared with the one before.
#[test]
fn rows_may_differ_in_white_space_and_types_of_values() {
    let values = ["\"a\"", "true", "null", "7", "{\"id\":1}"];
    let spaces = [("", "", ""), (" ", "", ""), ("", " ", ""), ("", "", " "), ("", "  ", "")];
    let mut rows = Vec::new();
    for value in values {
        for (before_colon, after_colon, after_value) in spaces {
            let member = |name: &str| format!("\"{name}\"{before_colon}:{after_colon}{value}{after_value}");
            rows.push(format!("{{{},{}}}", member("id"), member("direct_fin_usage")));
        }
    }
    for first in &rows {
        for second in &rows {
            check_page(format!("{{\"data\":[{first},{second},{first}]}}").as_bytes());
        }
    }
}

#[test]
fn rejects_too_many_rows() {
    let of_rows = |count: usize| Page::parse(format!(r#"{{"data":[{}0]}}"#, "0,".repeat(count - 1)).into_bytes());
    assert_eq!(of_rows(100_000).map_err(|invalid| invalid.reason).map(|page| page.connectors().count()), Ok(100_000));
    assert_eq!(
        of_rows(100_001).err().map(|invalid| invalid.reason).as_deref(),
        Some("\"data\" has 100001 rows, more than the maximum of 100000")
    );
}
