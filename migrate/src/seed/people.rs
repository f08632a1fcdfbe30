//! People who do not exist, and what they give as.

use types::seed_uuid;
use uuid::Uuid;

use super::Size;
use super::copy::{Lines, Made};
use super::dice::Dice;
use super::names::{DE_STREETS, FIRST, LAST, ORGANISATIONS, PLACES, UK_STREETS};

/// Letters that end a postcode of the United Kingdom.
const INWARD: [&str; 20] = [
    "A", "B", "D", "E", "F", "G", "H", "J", "L", "N", "P", "Q", "R", "S", "T", "U", "W", "X", "Y",
    "Z",
];

/// Who has written the rows: the developer whom tokens of this machine name.
pub(super) const AUTHOR: &str = "dev@aruuri.localhost";

/// A natural person.
struct Person {
    first: &'static str,
    last: &'static str,
    email: String,
    phone: String,
    language: &'static str,
    street: &'static str,
    house_number: String,
    postcode: String,
    city: &'static str,
    country: &'static str,
    segment: &'static str,
    classification: Option<&'static str>,
}

/// The natural key of the `n`-th contact and of who gives as it.
fn key(n: u32) -> String {
    format!("large-{n:05}")
}

/// The id of the `n`-th contact.
fn contact(n: u32) -> Uuid {
    seed_uuid("platform.contact", &key(n))
}

/// The id of the `n`-th contributor.
pub(super) fn contributor(n: u32) -> Uuid {
    seed_uuid("finance.contributor", &key(n))
}

fn person(n: u32) -> Person {
    let mut dice = Dice::of("person", n);
    let (first, last, place) = (dice.pick(&FIRST), dice.pick(&LAST), dice.pick(&PLACES));
    let british = place.country == "GB";
    let postcode = if british {
        let (digit, one, two) = (1 + dice.below(9), dice.pick(&INWARD), dice.pick(&INWARD));
        format!("{} {digit}{one}{two}", place.postcode)
    } else {
        format!("{}{:02}", place.postcode, 1 + dice.below(98))
    };
    // Numbers that both regulators keep free for films.
    let phone = if british {
        format!("+44 1632 960{:03}", dice.below(1000))
    } else {
        format!("+49 30 23125 {:03}", dice.below(1000))
    };
    Person {
        first,
        last,
        email: format!("person-{n:05}@example.org"),
        phone,
        language: if british { "en" } else { "de" },
        street: dice.pick(if british { &UK_STREETS[..] } else { &DE_STREETS[..] }),
        house_number: (1 + dice.below(180)).to_string(),
        postcode,
        city: place.city,
        country: place.country,
        segment: if dice.percent(92) { "private" } else { "commercial" },
        classification: [None, Some("a"), Some("b"), Some("c")][dice.below(4) as usize],
    }
}

/// Contacts, in platform.
pub(super) fn contacts(size: Size) -> Made {
    Made {
        name: "large/contacts",
        count: size.contacts,
        row: Box::new(contact_row),
        columns: "id uuid, first_name text, last_name text, email text, phone text, language text, street text, \
            house_number text, postal_code text, city text, country text, segment text, classification text, author uuid",
        prepare: "delete from pg_temp.staged s using party.contacts c where c.id = s.id",
        write: "
            insert into party.contacts (
              id, first_name, last_name, email, phone, language, street, house_number, postal_code, city, country,
              segment, classification, source, created_by, updated_by)
            select id, first_name, last_name, email, phone, language, street, house_number, postal_code, city, country,
              segment, classification, 'demo data', author, author
            from pg_temp.staged
            on conflict do nothing",
        finish: "",
    }
}

fn contact_row(n: u32, line: &mut Lines) {
    let person = person(n);
    line.plain(contact(n)).text(person.first).text(person.last).text(&person.email);
    line.text(&person.phone).plain(person.language).text(person.street);
    line.text(&person.house_number).text(&person.postcode).text(person.city);
    line.plain(person.country).plain(person.segment).option(person.classification);
    line.plain(seed_uuid("platform.contact", AUTHOR));
}

/// Who gives, in finance.
pub(super) fn contributors(size: Size) -> Made {
    Made {
        name: "large/contributors",
        count: size.contributors,
        row: Box::new(move |n, line| contributor_row(n, size, line)),
        columns: "id uuid, type text, display_name text, email text, contact_ref uuid, locale text, author uuid",
        prepare: "delete from pg_temp.staged s using giving.contributors c where c.id = s.id",
        write: "
            insert into giving.contributors (
              id, type, display_name, email, contact_ref, locale, created_by, updated_by)
            select id, type, display_name, email, contact_ref, locale, author, author
            from pg_temp.staged
            on conflict do nothing",
        finish: "",
    }
}

fn contributor_row(n: u32, size: Size, line: &mut Lines) {
    // Every sixth is no person; the others are the first contacts, as far as there are so many.
    let nth_person = n - n / 6;
    let author = seed_uuid("platform.contact", AUTHOR);
    line.plain(contributor(n));
    if !n.is_multiple_of(6) {
        let person = person(nth_person);
        line.plain("individual").text(&format!("{} {}", person.first, person.last));
        line.text(&person.email);
        match nth_person <= size.contacts {
            true => line.plain(contact(nth_person)),
            false => line.option(None),
        };
        line.plain(person.language);
    } else {
        let mut dice = Dice::of("organisation", n);
        let name = dice.pick(&ORGANISATIONS);
        match dice.below(10) {
            0 => line.plain("anonymous").text(&format!("Collection {n}")).option(None),
            kind => {
                let (kind, form) = match kind {
                    1..=5 => ("company", "Ltd"),
                    6..=7 => ("trust", "Trust"),
                    _ => ("charity", "Foundation"),
                };
                line.plain(kind).text(&format!("{name} {n} {form}"));
                line.text(&format!("giving-{n:05}@example.com"))
            }
        };
        line.option(None).plain("en");
    }
    line.plain(author);
}
