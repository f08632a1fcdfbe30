-- content: the tables whose changes are noted in the audit log, each with the name of its entity, the columns that are not
-- shown there, and the column of its key where that is not id. What the migrator loads is noted in its own history.

create trigger record_change after insert or update or delete on cms.categories
  for each row when (session_user <> 'content_migrator')
  execute function content.record_change('category');
create trigger record_change after insert or update or delete on cms.cms_users
  for each row when (session_user <> 'content_migrator')
  execute function content.record_change('cms_user');
create trigger record_change after insert or update or delete on cms.cms_settings
  for each row when (session_user <> 'content_migrator')
  execute function content.record_change('cms_setting');
create trigger record_change after insert or update or delete on cms.media_assets
  for each row when (session_user <> 'content_migrator')
  execute function content.record_change('media_asset');
create trigger record_change after insert or update or delete on cms.media_renditions
  for each row when (session_user <> 'content_migrator')
  execute function content.record_change('media_rendition');
create trigger record_change after insert or update or delete on cms.media_usages
  for each row when (session_user <> 'content_migrator')
  execute function content.record_change('media_usage');
create trigger record_change after insert or update or delete on cms.blog_posts
  for each row when (session_user <> 'content_migrator')
  execute function content.record_change('blog_post');
create trigger record_change after insert or update or delete on cms.blog_post_categories
  for each row when (session_user <> 'content_migrator')
  execute function content.record_change('blog_post_category', '', 'post_id');
create trigger record_change after insert or update or delete on cms.pages
  for each row when (session_user <> 'content_migrator')
  execute function content.record_change('page');
create trigger record_change after insert or update or delete on cms.page_blocks
  for each row when (session_user <> 'content_migrator')
  execute function content.record_change('page_block');
create trigger record_change after insert or update or delete on cms.redirects
  for each row when (session_user <> 'content_migrator')
  execute function content.record_change('redirect');
create trigger record_change after insert or update or delete on cms.content_revisions
  for each row when (session_user <> 'content_migrator')
  execute function content.record_change('content_revision');
create trigger record_change after insert or update or delete on cms.content_reviews
  for each row when (session_user <> 'content_migrator')
  execute function content.record_change('content_review');
create trigger record_change after insert or update or delete on cms.project_contents
  for each row when (session_user <> 'content_migrator')
  execute function content.record_change('project_content');
create trigger record_change after insert or update or delete on cms.partner_contents
  for each row when (session_user <> 'content_migrator')
  execute function content.record_change('partner_content');
create trigger record_change after insert or update or delete on cms.mission_contents
  for each row when (session_user <> 'content_migrator')
  execute function content.record_change('mission_content');
create trigger record_change after insert or update or delete on cms.gallery_items
  for each row when (session_user <> 'content_migrator')
  execute function content.record_change('gallery_item');
create trigger record_change after insert or update or delete on cms.faq_items
  for each row when (session_user <> 'content_migrator')
  execute function content.record_change('faq_item');
create trigger record_change after insert or update or delete on template.data_field_definitions
  for each row when (session_user <> 'content_migrator')
  execute function content.record_change('data_field_definition');
create trigger record_change after insert or update or delete on template.combined_fields
  for each row when (session_user <> 'content_migrator')
  execute function content.record_change('combined_field');
create trigger record_change after insert or update or delete on template.combined_field_parts
  for each row when (session_user <> 'content_migrator')
  execute function content.record_change('combined_field_part');
create trigger record_change after insert or update or delete on template.pdf_templates
  for each row when (session_user <> 'content_migrator')
  execute function content.record_change('pdf_template');
create trigger record_change after insert or update or delete on template.pdf_pages
  for each row when (session_user <> 'content_migrator')
  execute function content.record_change('pdf_page');
create trigger record_change after insert or update or delete on template.pdf_fields
  for each row when (session_user <> 'content_migrator')
  execute function content.record_change('pdf_field');
create trigger record_change after insert or update or delete on template.document_sessions
  for each row when (session_user <> 'content_migrator')
  execute function content.record_change('document_session');
create trigger record_change after insert or update or delete on template.data_values
  for each row when (session_user <> 'content_migrator')
  execute function content.record_change('data_value', 'found_value,typed_value');
create trigger record_change after insert or update or delete on template.rendered_documents
  for each row when (session_user <> 'content_migrator')
  execute function content.record_change('rendered_document', 'field_values');
