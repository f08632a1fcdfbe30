-- The words that contributors declare Gift Aid with. A new version is a new row; a row never changes.
-- {charity}, {amount} and the like are filled in when the words are shown.
insert into giftaid.declaration_wordings (kind, locale, number, wording, wording_sha256, source, valid_from)
select kind, locale, 1, wording, sha256(convert_to(wording, 'UTF8')), source, '2015-10-21'
from (values
  ('single', 'en', 'Boost your donation by 25p of Gift Aid for every £1 you donate. Gift Aid is reclaimed by the charity from the tax you pay for the current tax year. Your address is needed to identify you as a current UK taxpayer.

I want to Gift Aid my donation of {amount} to {charity}.

I am a UK taxpayer and understand that if I pay less Income Tax and/or Capital Gains Tax in the current tax year than the amount of Gift Aid claimed on all my donations it is my responsibility to pay any difference.

Please notify {charity} if you: want to cancel this declaration; change your name or home address; no longer pay sufficient tax on your income and/or capital gains.

If you pay Income Tax at the higher or additional rate and want to receive the additional tax relief due to you, you must include all your Gift Aid donations on your Self-Assessment tax return or ask HM Revenue and Customs to adjust your tax code.', 'HMRC template declaration of 21 October 2015, charities, one-off donation'),
  ('enduring', 'en', 'Boost your donation by 25p of Gift Aid for every £1 you donate. Gift Aid is reclaimed by the charity from the tax you pay for the current tax year. Your address is needed to identify you as a current UK taxpayer.

I want to Gift Aid my donation of {amount} and any donations I make in the future or have made in the past 4 years to {charity}.

I am a UK taxpayer and understand that if I pay less Income Tax and/or Capital Gains Tax than the amount of Gift Aid claimed on all my donations in that tax year it is my responsibility to pay any difference.

Please notify {charity} if you: want to cancel this declaration; change your name or home address; no longer pay sufficient tax on your income and/or capital gains.

If you pay Income Tax at the higher or additional rate and want to receive the additional tax relief due to you, you must include all your Gift Aid donations on your Self-Assessment tax return or ask HM Revenue and Customs to adjust your tax code.', 'HMRC template declaration of 21 October 2015, charities, multiple donations'),
  ('oral_statement', 'en', 'Thank you for telling us on {given_on} that you want {charity} to reclaim Gift Aid on {covers}. This is our written record of your declaration: {name}, {address}.

You declared that you are a UK taxpayer and understand that if you pay less Income Tax and/or Capital Gains Tax than the amount of Gift Aid claimed on all your donations in that tax year it is your responsibility to pay any difference.

You may cancel this declaration within 30 days of {sent_on}; it then counts as never made. You may also cancel it later for what you give from then on.

Please notify {charity} if you: want to cancel this declaration; change your name or home address; no longer pay sufficient tax on your income and/or capital gains.

If you pay Income Tax at the higher or additional rate and want to receive the additional tax relief due to you, you must include all your Gift Aid donations on your Self-Assessment tax return or ask HM Revenue and Customs to adjust your tax code.', 'HMRC guidance on verbal declarations: details, tax explanation, right to cancel, both dates'),
  ('single', 'de', 'Erhöhen Sie Ihre Spende um 25 Pence Gift Aid je gespendetem Pfund. Die Organisation fordert Gift Aid aus der Steuer zurück, die Sie für das laufende Steuerjahr zahlen. Ihre Anschrift wird gebraucht, um Sie als Steuerzahlerin oder Steuerzahler im Vereinigten Königreich zu erkennen.

Ich möchte, dass für meine Spende von {amount} an {charity} Gift Aid gilt.

Ich zahle im Vereinigten Königreich Steuern und weiß: Zahle ich im laufenden Steuerjahr weniger Einkommensteuer und/oder Steuer auf Veräußerungsgewinne, als für alle meine Spenden an Gift Aid beantragt wird, muss ich den Unterschied selbst zahlen.

Bitte benachrichtigen Sie {charity}, wenn Sie diese Erklärung widerrufen möchten, wenn sich Ihr Name oder Ihre Wohnanschrift ändert oder wenn Sie nicht mehr genug Steuern auf Ihr Einkommen und/oder Ihre Veräußerungsgewinne zahlen.

Zahlen Sie Einkommensteuer zum höheren oder Zusatzsatz und möchten Sie die Ihnen zustehende weitere Entlastung erhalten, geben Sie alle Gift-Aid-Spenden in Ihrer Steuererklärung an oder bitten Sie HM Revenue and Customs, Ihren Steuercode anzupassen.', 'Translation of the English words, which decide'),
  ('enduring', 'de', 'Erhöhen Sie Ihre Spende um 25 Pence Gift Aid je gespendetem Pfund. Die Organisation fordert Gift Aid aus der Steuer zurück, die Sie für das laufende Steuerjahr zahlen. Ihre Anschrift wird gebraucht, um Sie als Steuerzahlerin oder Steuerzahler im Vereinigten Königreich zu erkennen.

Ich möchte, dass für meine Spende von {amount} und alle Spenden, die ich künftig an {charity} gebe oder in den letzten vier Jahren gegeben habe, Gift Aid gilt.

Ich zahle im Vereinigten Königreich Steuern und weiß: Zahle ich in einem Steuerjahr weniger Einkommensteuer und/oder Steuer auf Veräußerungsgewinne, als für alle meine Spenden jenes Jahres an Gift Aid beantragt wird, muss ich den Unterschied selbst zahlen.

Bitte benachrichtigen Sie {charity}, wenn Sie diese Erklärung widerrufen möchten, wenn sich Ihr Name oder Ihre Wohnanschrift ändert oder wenn Sie nicht mehr genug Steuern auf Ihr Einkommen und/oder Ihre Veräußerungsgewinne zahlen.

Zahlen Sie Einkommensteuer zum höheren oder Zusatzsatz und möchten Sie die Ihnen zustehende weitere Entlastung erhalten, geben Sie alle Gift-Aid-Spenden in Ihrer Steuererklärung an oder bitten Sie HM Revenue and Customs, Ihren Steuercode anzupassen.', 'Translation of the English words, which decide'),
  ('oral_statement', 'de', 'Danke, dass Sie uns am {given_on} gesagt haben, dass {charity} für {covers} Gift Aid zurückfordern soll. Dies ist die Niederschrift Ihrer Erklärung: {name}, {address}.

Sie haben erklärt, im Vereinigten Königreich Steuern zu zahlen, und wissen: Zahlen Sie in einem Steuerjahr weniger Einkommensteuer und/oder Steuer auf Veräußerungsgewinne, als für alle Ihre Spenden jenes Jahres an Gift Aid beantragt wird, müssen Sie den Unterschied selbst zahlen.

Sie können diese Erklärung innerhalb von 30 Tagen ab dem {sent_on} widerrufen; dann gilt sie als nie abgegeben. Auch später können Sie sie widerrufen, für das, was Sie von da an geben.

Bitte benachrichtigen Sie {charity}, wenn Sie diese Erklärung widerrufen möchten, wenn sich Ihr Name oder Ihre Wohnanschrift ändert oder wenn Sie nicht mehr genug Steuern auf Ihr Einkommen und/oder Ihre Veräußerungsgewinne zahlen.

Zahlen Sie Einkommensteuer zum höheren oder Zusatzsatz und möchten Sie die Ihnen zustehende weitere Entlastung erhalten, geben Sie alle Gift-Aid-Spenden in Ihrer Steuererklärung an oder bitten Sie HM Revenue and Customs, Ihren Steuercode anzupassen.', 'Translation of the English words, which decide')
) as wordings (kind, locale, wording, source)
on conflict (kind, locale, number) do nothing;
