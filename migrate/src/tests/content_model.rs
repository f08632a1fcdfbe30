//! What the tables of content refuse: addresses that lead nowhere, changes to what was published or filled in.

use tokio_postgres::Client;

use super::cases::done;
use super::finance_model::{OK, walk};
use super::support::{Database, value, values};

async fn content() -> (Database, Client) {
    let database = Database::migrated("content").await;
    let app = database.app().await;
    (database, app)
}

fn page(id: &str, slug: &str, parent: &str) -> String {
    format!(
        "insert into cms.pages (id, slug, path, parent_id, title) values ({id}, '{slug}', '/x', {parent}, #t)"
    )
}

#[tokio::test]
async fn a_page_is_where_its_parents_are_and_its_old_address_leads_there() {
    let (_database, app) = content().await;
    let publish = "update cms.pages set status = 'in_review' where id = #3;
                   update cms.pages set status = 'published', published_at = now() where id = #3";
    walk(
        &app,
        &[
            (&page("#1", "about", "null"), OK),
            (&page("#2", "about", "null"), "pages_path_key"),
            (&page("#2", "team", "#1"), OK),
            (&page("#3", "ada", "#2"), OK),
            (&page("#4", "bob", "#9"), "pages_parent_id_fkey"),
            ("update cms.pages set parent_id = #3 where id = #1", "pages_parent_acyclic"),
            (
                "update cms.pages set status = 'published', published_at = now() where id = #3",
                "pages_status_transition",
            ),
            (publish, OK),
            ("update cms.pages set path = '/elsewhere' where id = #3", OK),
            ("update cms.pages set slug = 'people' where id = #2", OK),
            ("update cms.pages set deleted_at = now() where id = #2", "pages_parent_id_fkey"),
        ],
    )
    .await;

    let paths: Vec<String> = values(&app, "select path from cms.pages order by path").await;
    assert_eq!(paths, ["/about", "/about/people", "/about/people/ada"]);
    let redirects =
        "select from_path || ' ' || to_path from cms.redirects where deleted_at is null";
    assert_eq!(values::<String>(&app, redirects).await, ["/about/team/ada /about/people/ada"]);
    // And back: no address leads to itself.
    done(&app, "update cms.pages set slug = 'team' where id = #2").await;
    assert_eq!(values::<String>(&app, redirects).await, ["/about/people/ada /about/team/ada"]);
}

#[tokio::test]
async fn the_front_page_keeps_its_place() {
    let (_database, app) = content().await;
    walk(
        &app,
        &[
            (&page("#1", "home", "null"), OK),
            (&page("#2", "below", "#1"), OK),
            ("update cms.pages set slug = 'start' where id = #1", "pages_home_stays"),
            ("update cms.pages set deleted_at = now() where id = #2", OK),
            ("update cms.pages set deleted_at = now() where id = #1", "pages_home_stays"),
            ("update cms.pages set title = #t where id = #1", OK),
        ],
    )
    .await;
    assert_eq!(
        values::<String>(&app, "select path from cms.pages order by path").await,
        ["/", "/below"]
    );
}

#[tokio::test]
async fn a_picture_says_what_it_shows_and_stays_while_it_is_shown() {
    let (_database, app) = content().await;
    let asset = |id: &str, file: &str, alt: &str| {
        format!(
            "insert into cms.media_assets (id, file_ref, kind, title, alt) values ({id}, {file}, 'image', #t, {alt})"
        )
    };
    walk(
        &app,
        &[
            (&asset("#11", "#10", "#t"), "media_assets_file_ref_fkey"),
            ("insert into content.ref_files (id, version, name, mime, size_bytes, status) values (#10, 1, 'a', 'image/png', 1, 'stored')", OK),
            (&asset("#11", "#10", r#"'{"de": "", "en": ""}'"#), "localized_text_shape"),
            (&asset("#11", "#10", "#t"), OK),
            (&asset("#12", "#10", "#t"), "media_assets_file_ref_key"),
            ("update cms.media_assets set status = 'ready'", "media_assets_image_has_size"),
            ("update cms.media_assets set width = 10", "media_assets_size_whole"),
            ("update cms.media_assets set status = 'ready', width = 10, height = 10", OK),
            ("update cms.media_assets set focal_x = 1.1", "media_assets_focal_x_range"),
            ("insert into cms.blog_posts (id, slug, title, body, cover_id) values (#13, 'a', #t, #t, #11)", OK),
            ("update cms.media_assets set deleted_at = now()", "blog_posts_cover_id_fkey"),
            ("update cms.blog_posts set deleted_at = now()", OK),
            ("update cms.media_assets set deleted_at = now()", OK),
            ("update cms.blog_posts set deleted_at = null", "blog_posts_cover_id_fkey"),
        ],
    )
    .await;
}

#[tokio::test]
async fn what_is_written_about_a_project_is_hidden_when_the_project_goes() {
    let (_database, app) = content().await;
    let write = |slug: &str, project: &str| {
        format!(
            "insert into cms.project_contents (project_ref, slug, title) values ({project}, '{slug}', #t)"
        )
    };
    let told = |version: u8, removed: &str| {
        format!(
            "update content.ref_projects set version = {version}, removed_at = {removed} where id = #2"
        )
    };
    walk(
        &app,
        &[
            (&write("a", "#2"), "project_contents_project_ref_fkey"),
            ("insert into content.ref_projects (id, version, label, slug, status) values (#2, 5, #t, 'a', 'funding')", OK),
            (&write("a", "#2"), OK),
            (&write("b", "#2"), "project_contents_project_ref_key"),
            ("update cms.project_contents set status = 'published'", "project_contents_published_at_whole"),
            ("update cms.project_contents set status = 'published', published_at = now()", OK),
            (&told(6, "now()"), OK),
        ],
    )
    .await;
    let hidden = "select hidden_at is not null from cms.project_contents";
    assert!(value::<bool>(&app, hidden).await);
    // An older message comes late.
    done(&app, &told(5, "null")).await;
    assert!(value::<bool>(&app, hidden).await);
    done(&app, &told(7, "null")).await;
    assert!(!value::<bool>(&app, hidden).await);
}

#[tokio::test]
async fn what_was_published_is_kept_word_for_word() {
    let (_database, app) = content().await;
    let revision = |edition: u8| {
        format!(
            "insert into cms.content_revisions (entity_type, entity_id, edition, content, content_sha256)
             values ('page', #1, {edition}, '{{}}', sha256('a'))"
        )
    };
    walk(
        &app,
        &[
            (&revision(1), OK),
            (&revision(1), "content_revisions_edition_key"),
            (&revision(2), OK),
            ("update cms.content_revisions set content = '{\"a\": 1}'", ""),
            ("delete from cms.content_revisions", ""),
            ("insert into cms.cms_users (id, platform_user_ref, contact_ref, role) values (#3, #4, #5, 'editor')", OK),
            ("insert into cms.content_reviews (entity_type, entity_id, entity_version, reviewer_id, decision)
              values ('page', #1, 1, #3, 'return')", "content_reviews_return_says_why"),
            ("insert into cms.content_reviews (entity_type, entity_id, entity_version, reviewer_id, decision, comment)
              values ('page', #1, 1, #3, 'return', 'a')", OK),
        ],
    )
    .await;
}

/// A template (#20) with a page of 100 x 200 points (#21).
const TEMPLATE: &str = "
    insert into content.ref_files (id, version, name, mime, size_bytes, status) values (#10, 1, 'a', 'application/pdf', 1, 'stored');
    insert into template.pdf_templates (id, key, name, file_ref, file_sha256, subject_domain, subject_type, locale)
    values (#20, 'form', #t, #10, sha256('a'), 'projects', 'project', 'en');
    insert into template.pdf_pages (id, template_id, page, width_pt, height_pt) values (#21, #20, 1, 100, 200);";

fn field(id: &str, name: &str, x: u8, kind: &str) -> String {
    format!(
        "insert into template.pdf_fields (id, page_id, template_id, name, kind, x_pt, y_pt, width_pt, height_pt)
         values ({id}, #21, #20, '{name}', '{kind}', {x}, 0, 50, 20)"
    )
}

#[tokio::test]
async fn fields_lie_on_their_page_and_an_active_template_stays() {
    let (_database, app) = content().await;
    done(&app, TEMPLATE).await;
    let edition = "insert into template.pdf_templates (id, key, edition, name, file_ref, file_sha256, subject_domain, subject_type, locale)
                   values (#25, 'form', 2, #t, #10, sha256('a'), 'projects', 'project', 'en')";
    walk(
        &app,
        &[
            (&field("#22", "name", 50, "text"), OK),
            (&field("#23", "late", 51, "text"), "pdf_fields_on_page"),
            (&field("#23", "name", 0, "text"), "pdf_fields_name_key"),
            (&field("#23", "box", 0, "checkbox"), "pdf_fields_box_has_value"),
            ("update template.pdf_templates set status = 'active'", "pdf_templates_activated"),
            ("update template.pdf_templates set status = 'active', activated_at = now()", OK),
            (&field("#23", "more", 0, "text"), "pdf_fields_template_state"),
            ("update template.pdf_fields set x_pt = 0", "pdf_fields_template_state"),
            ("update template.pdf_templates set file_sha256 = sha256('b')", "pdf_templates_frozen"),
            (&edition.replace("'form', 2", "'form', 1"), "pdf_templates_edition_key"),
            (edition, OK),
            ("update template.pdf_templates set status = 'active', activated_at = now() where id = #25", "pdf_templates_active_key"),
            ("update template.pdf_templates set status = 'retired' where id = #20", OK),
            ("update template.pdf_templates set status = 'active', activated_at = now() where id = #25", OK),
        ],
    )
    .await;
}

#[tokio::test]
async fn a_document_is_filled_in_while_it_is_open_and_then_shows_what_it_showed() {
    let (database, app) = content().await;
    done(&app, TEMPLATE).await;
    done(&app, &field("#22", "name", 0, "text")).await;
    walk(
        &app,
        &[
            ("insert into template.document_sessions (id, template_id, subject_domain, subject_type, subject_id, opened_by, expires_at)
              values (#30, #20, 'projects', 'project', #2, #70, now() + interval '1 day')", OK),
            ("insert into template.data_values (id, session_id, field_id, found_value) values (#31, #30, #22, 'Ada')", OK),
            ("insert into template.data_values (session_id, field_id, found_value) values (#30, #22, 'Ada')", "data_values_field_id_key"),
            ("update template.data_values set typed_value = 'Eve'", "data_values_typed_whole"),
            ("update template.data_values set typed_value = 'Eve', typed_by = #70", OK),
            ("insert into template.rendered_documents (session_id, template_id, edition, file_ref, file_sha256, field_values)
              values (#30, #20, 1, #40, sha256('a'), '{\"name\": \"Eve\"}')", OK),
            ("update template.document_sessions set status = 'exported'", OK),
            ("update template.data_values set typed_value = 'Bob'", "data_values_session_state"),
            ("update template.rendered_documents set field_values = '{}'", ""),
            ("update template.document_sessions set status = 'open'", OK),
            ("update template.data_values set typed_value = 'Bob'", OK),
        ],
    )
    .await;
    // What people filled in is not for the studio.
    let studio = database.log_in("content", stack::Kind::Studio).await.unwrap();
    walk(
        &studio,
        &[
            ("select session_id, field_id from template.data_values", OK),
            ("select typed_value from template.data_values", ""),
            ("select field_values from template.rendered_documents", ""),
        ],
    )
    .await;
}

#[tokio::test]
async fn a_value_that_a_template_shows_stays() {
    let (_database, app) = content().await;
    done(&app, TEMPLATE).await;
    walk(
        &app,
        &[
            ("insert into template.data_field_definitions (id, key, label, kind, data_type) values (#50, 'project.name', #t, 'api', 'text')",
             "data_field_definitions_api_has_source"),
            ("insert into template.data_field_definitions (id, key, label, kind, data_type, domain, source)
              values (#50, 'project.name', #t, 'api', 'text', 'projects', 'name')", OK),
            ("insert into template.combined_fields (id, key, label) values (#51, 'project.line', #t)", OK),
            ("insert into template.combined_field_parts (combined_field_id, definition_id, position) values (#51, #50, 1)", OK),
            ("update template.data_field_definitions set deleted_at = now()", "combined_field_parts_definition_id_fkey"),
            ("update template.combined_field_parts set deleted_at = now()", OK),
            (&field("#22", "name", 0, "text"), OK),
            ("update template.pdf_fields set definition_id = #50, combined_field_id = #51", "pdf_fields_one_source"),
            ("update template.pdf_fields set combined_field_id = #51", OK),
            ("update template.combined_fields set deleted_at = now()", "pdf_fields_combined_field_id_fkey"),
            ("update template.data_field_definitions set deleted_at = now()", OK),
            ("update template.pdf_fields set definition_id = #50, combined_field_id = null", "pdf_fields_definition_id_fkey"),
        ],
    )
    .await;
}
