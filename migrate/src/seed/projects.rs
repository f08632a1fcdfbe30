//! Projects that collect money.

use serde_json::json;
use types::seed_uuid;
use uuid::Uuid;

use super::Size;
use super::copy::{Lines, Made};
use super::dice::Dice;
use super::names::PLACES;
use super::people::AUTHOR;

/// What is done, in both languages.
const WORKS: [[&str; 3]; 8] = [
    ["roof-insulation", "Dachdämmung", "Roof insulation"],
    ["heat-pump", "Wärmepumpe", "Heat pump"],
    ["solar-roof", "Solardach", "Solar roof"],
    ["community-kitchen", "Gemeinschaftsküche", "Community kitchen"],
    ["repair-workshop", "Reparaturwerkstatt", "Repair workshop"],
    ["green-courtyard", "Grüner Hof", "Green courtyard"],
    ["new-windows", "Neue Fenster", "New windows"],
    ["youth-club", "Jugendclub", "Youth club"],
];

/// The id of the `n`-th project.
pub(super) fn project(n: u32) -> Uuid {
    seed_uuid("projects.project", &format!("large-{n:03}"))
}

/// The currency that the `n`-th project collects.
pub(super) fn currency(n: u32) -> &'static str {
    if n.is_multiple_of(4) { "EUR" } else { "GBP" }
}

/// Projects, in projects.
pub(super) fn projects(size: Size) -> Made {
    Made {
        name: "large/projects",
        count: size.projects,
        row: Box::new(row),
        columns: "id uuid, slug text, name jsonb, summary jsonb, kind text, target_minor bigint, currency text, author uuid",
        prepare: "delete from pg_temp.staged s using community.projects p where p.id = s.id",
        write: "
            insert into community.projects (
              id, slug, name, summary, kind, target_minor, currency, created_by, updated_by)
            select id, slug, name, summary, kind, target_minor, currency, author, author
            from pg_temp.staged
            on conflict do nothing",
        // One step at a time, as the project takes them.
        finish: "
            update community.projects set status = 'submitted'
            where status = 'draft' and id in (select id from pg_temp.staged);
            update community.projects set status = 'approved'
            where status = 'submitted' and id in (select id from pg_temp.staged);
            update community.projects set status = 'funding'
            where status = 'approved' and id in (select id from pg_temp.staged)",
    }
}

fn row(n: u32, line: &mut Lines) {
    let mut dice = Dice::of("project", n);
    let [slug, german, english] = WORKS[dice.below(8) as usize];
    let place = dice.pick(&PLACES);
    let city: String = place.city.to_lowercase().replace('ö', "oe").replace('ü', "ue");
    let name = json!({
        "de": format!("{german} {} {n}", place.city), "en": format!("{english} {} {n}", place.city),
    });
    let summary = json!({
        "de": format!("Ein Vorhaben in {}.", place.city), "en": format!("A project in {}.", place.city),
    });
    line.plain(project(n)).text(&format!("{slug}-{}-{n}", city.replace(' ', "-")));
    line.text(&name.to_string()).text(&summary.to_string());
    line.plain(if n.is_multiple_of(3) { "renovation" } else { "community" });
    line.plain((5 + dice.below(200)) * 100_000).plain(currency(n));
    line.plain(seed_uuid("platform.contact", AUTHOR));
}
