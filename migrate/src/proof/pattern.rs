//! Texts that match a regular expression, for columns that want one. It understands what schemas use: classes, groups,
//! alternatives and counts; whether a text really matches is for the server to say.

/// A text that the pattern is likely to match; another one for another seed. `None` for what is not understood.
pub(crate) fn sample(pattern: &str, seed: usize) -> Option<String> {
    let mut parser = Parser { rest: pattern, seed };
    let text = parser.alternatives()?;
    parser.rest.is_empty().then_some(text)
}

struct Parser<'a> {
    rest: &'a str,
    seed: usize,
}

impl Parser<'_> {
    fn next(&mut self) -> Option<char> {
        let next = self.rest.chars().next()?;
        self.rest = &self.rest[next.len_utf8()..];
        Some(next)
    }

    fn takes(&mut self, text: &str) -> bool {
        let rest = self.rest.strip_prefix(text);
        self.rest = rest.unwrap_or(self.rest);
        rest.is_some()
    }

    /// One of several, by the seed.
    fn alternatives(&mut self) -> Option<String> {
        let mut all = vec![self.sequence()?];
        while self.takes("|") {
            all.push(self.sequence()?);
        }
        let chosen = self.seed % all.len();
        Some(all.swap_remove(chosen))
    }

    fn sequence(&mut self) -> Option<String> {
        let mut text = String::new();
        while !self.rest.is_empty() && !self.rest.starts_with(['|', ')']) {
            let before = self.rest;
            let one = self.atom()?;
            let times = self.times(one.is_class)?;
            for at in 0..times {
                // Another letter each time: a repeated atom is read again with another seed.
                let mut again = Parser { rest: before, seed: self.seed / (at + 1) + at };
                text.push_str(&again.atom()?.text);
            }
        }
        Some(text)
    }

    fn atom(&mut self) -> Option<Atom> {
        let of = |text: String| Some(Atom { text, is_class: false });
        match self.next()? {
            '^' | '$' => of(String::new()),
            '(' => {
                if self.rest.starts_with("?=") || self.rest.starts_with("?!") {
                    return None;
                }
                self.takes("?:");
                let text = self.alternatives()?;
                self.takes(")").then_some(())?;
                of(text)
            }
            '[' => self.class(),
            '.' => Some(Atom { text: letter(&[('a', 'z')], self.seed)?, is_class: true }),
            '\\' => match self.next()? {
                'd' => self.one_of(&[('0', '9')]),
                'w' => self.one_of(&[('a', 'z')]),
                's' => of(" ".to_owned()),
                'S' => self.one_of(&[('a', 'z')]),
                'A' | 'Z' | 'm' | 'M' | 'y' => of(String::new()),
                other if other.is_ascii_alphanumeric() => None,
                other => of(other.to_string()),
            },
            '*' | '+' | '?' | '{' => None,
            other => of(other.to_string()),
        }
    }

    fn one_of(&self, ranges: &[(char, char)]) -> Option<Atom> {
        Some(Atom { text: letter(ranges, self.seed)?, is_class: true })
    }

    /// After `[`.
    fn class(&mut self) -> Option<Atom> {
        let negated = self.takes("^");
        let mut ranges = Vec::new();
        let mut first = true;
        loop {
            if self.takes("[:") {
                let (name, rest) = self.rest.split_once(":]")?;
                self.rest = rest;
                ranges.push(match name {
                    "digit" | "xdigit" => ('0', '9'),
                    "upper" => ('A', 'Z'),
                    "space" | "blank" => (' ', ' '),
                    "punct" => ('-', '-'),
                    _ => ('a', 'z'),
                });
                first = false;
                continue;
            }
            let low = match self.next()? {
                ']' if !first => break,
                '\\' => match self.next()? {
                    'd' => {
                        ranges.push(('0', '9'));
                        continue;
                    }
                    'w' => {
                        ranges.push(('a', 'z'));
                        continue;
                    }
                    's' => {
                        ranges.push((' ', ' '));
                        continue;
                    }
                    other => other,
                },
                low => low,
            };
            first = false;
            let mut ahead = self.rest.chars();
            match (ahead.next(), ahead.next()) {
                (Some('-'), Some(high)) if high != ']' => {
                    self.next();
                    self.next();
                    ranges.push((low, high));
                }
                _ => ranges.push((low, low)),
            }
        }
        if negated {
            let outside = ('a'..='z').chain('0'..='9').chain(['-', '_', 'A']);
            let free = |c: &char| !ranges.iter().any(|(low, high)| (low..=high).contains(&c));
            let free: Vec<_> = outside.filter(free).map(|c| (c, c)).collect();
            return self.one_of(&free);
        }
        self.one_of(&ranges)
    }

    /// How often the atom before is repeated.
    fn times(&mut self, is_class: bool) -> Option<usize> {
        let some = if is_class { 4 } else { 1 };
        let times = if self.takes("*") {
            if is_class { some } else { 0 }
        } else if self.takes("+") {
            some
        } else if self.takes("?") {
            0
        } else if self.takes("{") {
            let (counts, rest) = self.rest.split_once('}')?;
            self.rest = rest;
            let (least, most) = counts.split_once(',').unwrap_or((counts, counts));
            let least: usize = least.trim().parse().ok()?;
            let most: usize = most.trim().parse().unwrap_or(least.max(some));
            least.max(some.min(most))
        } else {
            1
        };
        // A lazy count matches the same texts.
        self.takes("?");
        Some(times)
    }
}

struct Atom {
    text: String,
    is_class: bool,
}

/// A letter of these ranges, by the seed.
fn letter(ranges: &[(char, char)], seed: usize) -> Option<String> {
    let size = |(low, high): &(char, char)| (*high as usize + 1).saturating_sub(*low as usize);
    let all: usize = ranges.iter().map(size).sum();
    let mut at = seed.checked_rem(all)?;
    for range in ranges {
        if at < size(range) {
            return char::from_u32(u32::try_from(range.0 as usize + at).ok()?).map(String::from);
        }
        at -= size(range);
    }
    None
}
