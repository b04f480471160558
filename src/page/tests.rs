//! Lists of every make, most of them as no service would send them, read by the scan and by serde_json.

use super::Page;
use super::check::check;

/// Numbers that look like chance, the same ones each time.
struct Chance(u64);

impl Chance {
    fn below(&mut self, bound: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 >> 16) as usize % bound
    }

    fn one_in(&mut self, times: usize) -> bool {
        self.below(times) == 0
    }

    fn of<'a>(&mut self, choices: &[&'a str]) -> &'a str {
        choices[self.below(choices.len())]
    }
}

const FIELDS: [&str; 12] = [
    "type",
    "id",
    "name",
    "description",
    "state",
    "http_method",
    "direct_fin_usage",
    "created_by_admin_id",
    "updated_by_admin_id",
    "created_at",
    "updated_at",
    "execution_results_url",
];

#[rustfmt::skip]
const PIECES: [&str; 30] = [
    "a", "Order Status Service", "12345", "2026-01-20T14:22:15Z", "/data_connectors/1/execution_results", "  ", "é",
    "注文状況", "🚚", r"\n", r#"\""#, r"\\", r"\/", r"\b\f\r\t", r"\u0000", r"\u00e9", r"\uD83D\uDE9A", r"\ud83d",
    r"\ude9a", r"\u0022", "{[,:]}", "data", "live", "draft", "get", "post", "put", "delete", "patch", "\u{7f}\u{80}\u{fffd}",
];

const SCALARS: [&str; 12] =
    ["null", "true", "false", "0", "-1", "1.5e+3", "-0.0E-1", "1e999", "[]", "{}", "[[{}]]", "[1 , 2]"];

/// A list in the making.
struct List {
    chance: Chance,
    /// White space wherever it may stand.
    spaced: bool,
    json: String,
}

impl List {
    fn of(seed: u64) -> String {
        let mut chance = Chance(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1);
        let spaced = chance.one_in(3);
        let mut list = Self { chance, spaced, json: String::new() };
        list.whole();
        list.json
    }

    fn put(&mut self, text: &str) {
        self.json.push_str(text);
        if self.spaced && self.chance.one_in(4) {
            self.json.push_str([" ", "\n", "\t", "\r\n  "][self.chance.below(4)]);
        }
    }

    fn whole(&mut self) {
        self.put("{");
        let rows = self.chance.below(8);
        let mut parts = vec!["data", "pages"];
        if self.chance.one_in(2) {
            parts.insert(self.chance.below(3), "type");
        }
        if self.chance.one_in(8) {
            parts.insert(self.chance.below(3), "other");
        }
        if self.chance.one_in(12) {
            parts.push(["data", "pages"][self.chance.below(2)]);
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
        let next = self.chance.of(&[
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
        // Mostly alike, as those of a service are.
        let mut keys: Vec<&str> = FIELDS.to_vec();
        for index in 0..count {
            if index > 0 {
                self.put(",");
            }
            if self.chance.one_in(4) {
                for _ in 0..self.chance.below(4) {
                    let (one, other) = (self.chance.below(keys.len()), self.chance.below(keys.len()));
                    keys.swap(one, other);
                }
            }
            match self.chance.below(12) {
                0 => self.value(),
                1 => {
                    keys.truncate(1 + self.chance.below(keys.len()));
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
            if *key == "direct_fin_usage" && !self.chance.one_in(5) {
                let flag = self.chance.of(&["true", "false"]);
                self.put(flag);
            } else {
                self.value();
            }
        }
        self.put("}");
    }

    fn key(&mut self, key: &str) {
        let escaped = match key.split_at_checked(1) {
            Some((first, rest)) if self.chance.one_in(40) => format!("\\u{:04x}{rest}", u32::from(first.as_bytes()[0])),
            _ => key.to_owned(),
        };
        self.put(&format!("\"{escaped}\""));
        self.put(":");
    }

    fn value(&mut self) {
        if self.chance.one_in(5) {
            let scalar = self.chance.of(&SCALARS);
            return self.put(scalar);
        }
        let mut text = "\"".to_owned();
        for _ in 0..self.chance.below(4) {
            text.push_str(self.chance.of(&PIECES));
        }
        text.push('"');
        self.put(&text);
    }
}

#[test]
fn what_is_read_is_what_serde_json_reads() {
    let mut rows = 0;
    for seed in 0..4000 {
        let list = List::of(seed);
        let read = Page::read(list.clone().into_bytes());
        rows += read.map_or(0, |page| page.connectors().filter(|row| row.name().is_some()).count());
        if let Err(panic) = std::panic::catch_unwind(|| check(list.as_bytes())) {
            panic!("seed {seed}: {list}\n{:?}", panic.downcast_ref::<String>());
        }
    }
    // So that it isn't all refused, and nothing compared.
    assert!(rows > 5000, "{rows} rows with names");
}

#[test]
fn what_is_broken_is_refused_as_by_serde_json() {
    for seed in 0..4000 {
        let mut list = List::of(seed).into_bytes();
        let mut chance = Chance(seed + 1);
        for _ in 0..=chance.below(2) {
            let at = chance.below(list.len());
            match chance.below(4) {
                0 => list.truncate(at.max(1)),
                1 => drop(list.remove(at)),
                2 => list.insert(at, b"\"\\{}[],:0 \n\x01\x80"[chance.below(13)]),
                _ => list[at] ^= 1 << chance.below(8),
            }
        }
        if let Err(panic) = std::panic::catch_unwind(|| check(&list)) {
            panic!("seed {seed}: {}\n{:?}", String::from_utf8_lossy(&list), panic.downcast_ref::<String>());
        }
    }
}

#[test]
fn rows_may_be_nested_as_deeply_as_a_page() {
    for levels in [90, 99, 100, 101, 120, 123, 124, 125, 126, 127, 128] {
        let nested = "[".repeat(levels) + &"]".repeat(levels);
        for list in [
            format!(r#"{{"data":[{{"a":{nested},"id":"1"}},{{"a":{nested},"id":"2"}}]}}"#),
            format!(r#"{{"x":{nested},"data":[{{"id":"1"}},{{"id":"2"}}]}}"#),
            format!(r#"{{"data":[{nested},{{"id":"2"}}],"pages":{{"x":{nested},"next":null}}}}"#),
        ] {
            check(list.as_bytes());
            if let Ok(page) = Page::read(list.into_bytes()) {
                assert_eq!(page.connector(1).and_then(|row| row.id()), Some("2"), "{levels} levels");
            }
        }
    }
}

#[test]
fn all_threads_get_the_same_rows() {
    let list = List::of(7).into_bytes();
    let page = Page::read(list).map_err(|not| not.why).expect("a list");
    let addresses: Vec<usize> = std::thread::scope(|scope| {
        let threads: Vec<_> = (0..8).map(|_| scope.spawn(|| std::ptr::from_ref(page.rows()) as usize)).collect();
        threads.into_iter().map(|thread| thread.join().expect("no panic")).collect()
    });
    assert!(addresses.iter().all(|&address| address == addresses[0]));
    let copy = page.clone();
    assert!(copy.connectors().map(|row| row.json()).eq(page.connectors().map(|row| row.json())));
}

#[test]
fn a_page_of_very_many_rows_is_none() {
    let of_rows = |count: usize| Page::read(format!(r#"{{"data":[{}0]}}"#, "0,".repeat(count - 1)).into_bytes());
    assert_eq!(of_rows(100_000).map_err(|not| not.why).map(|page| page.connectors().count()), Ok(100_000));
    assert_eq!(
        of_rows(100_001).err().map(|not| not.why).as_deref(),
        Some("its \"data\" has 100001 rows, and a page may have 100000")
    );
}
