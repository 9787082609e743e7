"""Every check of a profile, shown by one change to a sound profile and the whole of what is then said."""

from __future__ import annotations

from pathlib import Path

import pytest

from sci_cli.errors import InvalidFile
from sci_cli.profiles import parse_profile

SOUND = (Path(__file__).parent / "fictitious.yaml").read_text(encoding="utf-8")

# name of the case, a text of the sound profile, what stands there instead, the problems as reported
CASES = [
    (
        "a_step_id_used_twice_in_another_letter_case_is_a_duplicate",
        "  - id: K4\n",
        "  - id: k1\n",
        [
            "n.yaml:78:9: steps.k1.id: duplicate step 'k1': it is there already.",
            "n.yaml:121:21: steps.A2.after.3: there is no step 'K4'.",
        ],
    ),
    (
        "an_unknown_step_is_named_with_the_nearest_one",
        "after: [A1, K3, K4, K5]",
        "after: [A1, K3, K4, K55]",
        [
            "n.yaml:121:25: steps.A2.after.4: there is no step 'K55'. Did you mean K5?",
        ],
    ),
    (
        "an_unknown_fact_is_named_with_the_nearest_one",
        "asks: [cloud-type, nat-review]",
        "asks: [cloud-typ, nat-review]",
        [
            "n.yaml:100:12: steps.K5.asks.1: there is no fact 'cloud-typ'. Did you mean cloud-type?",
        ],
    ),
    (
        "an_unknown_clause_is_named",
        "clauses: [N10]",
        "clauses: [N100]",
        [
            "n.yaml:24:5: source.clauses.N10: clause N10 of the source has no step.",
            "n.yaml:173:15: steps.T3.clauses.1: there is no clause 'N100'. Did you mean N10?",
        ],
    ),
    (
        "an_unknown_party_is_named_with_the_nearest_one",
        "owners: {any: [client, nimbus]}",
        "owners: {any: [client, nimbo]}",
        [
            "n.yaml:180:28: steps.T4.owners.any.2: there is no party 'nimbo'. Did you mean nimbus?",
        ],
    ),
    (
        "an_unknown_phase_is_named_with_the_nearest_one",
        "  - id: K1\n    phase: groundwork",
        "  - id: K1\n    phase: groundwerk",
        [
            "n.yaml:41:12: steps.K1.phase: there is no phase 'groundwerk'. Did you mean groundwork?",
        ],
    ),
    (
        "an_unknown_word_of_a_closed_list_is_named_with_the_nearest_one",
        "kind: handoff",
        "kind: hand-off",
        [
            "n.yaml:39:1: steps: no step has the kind handoff; exactly one has it.",
            "n.yaml:157:11: steps.T2.kind: 'hand-off' is not one of confirm, facts, go, order, "
            "automatic, verify, handoff, stages, vpns, port. Did you mean handoff?",
        ],
    ),
    (
        "an_unknown_key_is_named_with_the_nearest_one",
        "    evidence: screen",
        "    evidense: screen",
        [
            "n.yaml:164:5: steps.T2.evidense: this key is not known here. Did you mean evidence?",
        ],
    ),
    (
        "an_include_is_refused_wherever_it_stands",
        "handoff:\n",
        "handoff:\n  include: other.yaml\n",
        [
            "n.yaml:236:3: handoff.include: includes do not exist; write everything into this one file.",
        ],
    ),
    (
        "missing_keys_of_one_mapping_are_one_problem",
        "    short: Agree on the scope\n    title: Agree on location, data plan and scope\n",
        "",
        [
            "n.yaml:40:5: steps.K1: the keys `short`, `title` are missing.",
        ],
    ),
    (
        "steps_that_wait_for_each_other_are_a_cycle",
        "clauses: [N1]\n",
        "clauses: [N1]\n    after: [A1]\n",
        [
            "n.yaml:61:13: steps.K2.after.1: a cycle: K1, K2, A1, K1; each of these steps waits for "
            "the one before it.",
        ],
    ),
    (
        "steps_that_close_with_each_other_are_a_cycle",
        "    closes-with: T1\n\n  - id: T1\n",
        "    closes-with: T1\n\n  - id: T1\n    closes-with: A4\n",
        [
            "n.yaml:145:18: steps.T1.closes-with: a cycle: A4, T1, A4; each of these steps closes with "
            "the one before it.",
        ],
    ),
    (
        "an_automatic_step_that_its_closer_waits_for_never_closes",
        "    after: [A3]\n    timer:",
        "    after: [A3, A4]\n    timer:",
        [
            "n.yaml:142:18: steps.A4.closes-with: 'T1' waits for this step, so neither would ever close.",
        ],
    ),
    (
        "a_short_title_has_at_most_36_characters",
        "short: Agree on the scope",
        "short: Agree on location, data plan and scope",
        [
            "n.yaml:44:12: steps.K1.short: is 38 characters long; a short title has at most 36.",
        ],
    ),
    (
        "a_billing_gate_cannot_be_left_out",
        "    - {gate: account-active, clause: N3}\n",
        "",
        [
            "n.yaml:216:3: gates.order: gate account-active cannot be removed: it guards billing and "
            "holds for every profile.",
        ],
    ),
    (
        "a_billing_gate_cannot_be_weakened_with_a_step",
        "{gate: nat-reviewed, clause: N5}",
        "{gate: nat-reviewed, step: K5}",
        [
            "n.yaml:220:28: gates.order.4.step: gate nat-reviewed takes no `step`.",
        ],
    ),
    (
        "a_billing_gate_stands_once",
        "    - {gate: nat-reviewed, clause: N5}\n",
        "    - {gate: nat-reviewed, clause: N5}\n    - {gate: nat-reviewed}\n",
        [
            "n.yaml:216:3: gates.order: gate nat-reviewed is listed more than once.",
        ],
    ),
    (
        "a_gate_names_its_step",
        "{gate: step-closed, step: A1, clause: N6}",
        "{gate: step-closed, clause: N6}",
        [
            "n.yaml:222:7: gates.order.6: gate step-closed needs the key `step`.",
        ],
    ),
    (
        "a_gate_cannot_wait_for_what_waits_for_the_order",
        "{gate: step-closed, step: A1, clause: N6}",
        "{gate: step-closed, step: T2, clause: N6}",
        [
            "n.yaml:222:33: gates.order.6.step: step T2 is or waits for A3, so the order would wait "
            "for itself.",
        ],
    ),
    (
        "a_reminder_has_a_step_or_a_condition",
        "{step: K1, clause: N1,",
        "{clause: N1,",
        [
            "n.yaml:265:7: reminders.order.1: a reminder has either the key `step` or the key `when`.",
        ],
    ),
    (
        "a_reminder_names_a_step_and_a_clause_there_are",
        "{step: K1, clause: N1,",
        "{step: K0, clause: N0,",
        [
            "n.yaml:265:14: reminders.order.1.step: there is no step 'K0'.",
            "n.yaml:265:26: reminders.order.1.clause: there is no clause 'N0'. Did you mean N10?",
        ],
    ),
    (
        "a_reminder_asks_for_a_choice_there_is",
        "values: [hns-firewall]}, clause",
        "values: [hns]}, clause",
        [
            "n.yaml:266:49: reminders.order.2.when.values.1: 'hns' is not a choice of security-products.",
        ],
    ),
    (
        "a_core_fact_keeps_its_kind",
        "{id: private-ip.active, minimum: 1}",
        "{id: private-ip.active, kind: text}",
        [
            "n.yaml:75:35: steps.K3.closed-by.2.at-least: only a fact of kind number has `at-least`.",
            "n.yaml:208:35: facts.private-ip.active.kind: private-ip.active is a core fact of kind "
            "number, which a profile cannot change.",
        ],
    ),
    (
        "a_core_fact_keeps_its_choices",
        "{id: private-ip.active, minimum: 1}",
        "{id: nat-review, choices: [reviewed, waived]}",
        [
            "n.yaml:208:31: facts.nat-review.choices: nat-review is a core fact with reviewed, open, "
            "which a profile cannot change.",
        ],
    ),
    (
        "a_core_fact_is_not_widened",
        "{id: private-ip.active, minimum: 1}",
        "{id: private-ip.active, maximum: 100001}",
        [
            "n.yaml:208:38: facts.private-ip.active.maximum: private-ip.active is a core fact up to "
            "100000; a profile can only narrow it.",
        ],
    ),
    (
        "a_core_fact_keeps_how_many_values_it_has",
        "{id: private-ip.active, minimum: 1}",
        "{id: customer, multiple: true}",
        [
            "n.yaml:208:30: facts.customer.multiple: customer is a core fact with one value, which a "
            "profile cannot change.",
        ],
    ),
    (
        "a_fact_of_kind_choice_needs_choices",
        "kind: choice, choices: [silver, gold]}",
        "kind: choice}",
        [
            "n.yaml:210:5: facts.tier: a fact of kind choice needs `choices`.",
        ],
    ),
    (
        "a_fact_of_another_kind_has_no_choices",
        "kind: interface}\n  - {id: link.n",
        "kind: interface, choices: [a]}\n  - {id: link.n",
        [
            "n.yaml:212:73: facts.link.verizon-address.choices: only facts of kind choice and choices "
            "have `choices`.",
        ],
    ),
    (
        "an_own_fact_needs_label_and_kind",
        "{id: tier, label: Support tier, kind: choice, choices: [silver, gold]}",
        "{id: tier}",
        [
            "n.yaml:210:5: facts.tier: the key `kind` is missing.",
            "n.yaml:210:5: facts.tier: the key `label` is missing.",
        ],
    ),
    (
        "bounds_are_in_order",
        "minimum: 1, maximum: 4094",
        "minimum: 5, maximum: 4",
        [
            "n.yaml:211:70: facts.vlan-id.maximum: is less than the minimum, 5.",
        ],
    ),
    (
        "a_usual_length_lies_within_the_bounds",
        "usual-length: 8",
        "usual-length: 13",
        [
            "n.yaml:207:102: facts.csp.account-id.usual-length: lies outside minimum and maximum.",
        ],
    ),
    (
        "an_interface_has_no_bounds",
        "kind: interface}\n  - {id: link.n",
        "kind: interface, maximum: 4}\n  - {id: link.n",
        [
            "n.yaml:212:73: facts.link.verizon-address.maximum: a fact of kind interface has no such bound.",
        ],
    ),
    (
        "a_condition_names_a_choice_of_the_fact",
        "values: [reviewed]",
        "values: [reviewd]",
        [
            "n.yaml:97:45: steps.K5.closed-by.1.values.1: 'reviewd' is not a choice of nat-review. Did "
            "you mean reviewed?",
        ],
    ),
    (
        "only_numbers_are_at_least_something",
        "{fact: security-products}",
        "{fact: security-products, at-least: 1}",
        [
            "n.yaml:86:43: steps.K4.closed-by.1.at-least: only a fact of kind number has `at-least`.",
        ],
    ),
    (
        "a_field_to_copy_names_its_fact",
        "rule: copy, fact: location}",
        "rule: copy}",
        [
            "n.yaml:227:7: order.fields.location: a field with the rule copy needs a `fact` to copy.",
        ],
    ),
    (
        "a_field_that_stays_empty_says_why",
        "rule: empty, why: Nimbus does not use it.}",
        "rule: empty, fact: tier}",
        [
            "n.yaml:230:7: order.fields.csp-customer-id: a field that must stay empty needs a `why`.",
            "n.yaml:230:66: order.fields.csp-customer-id.fact: a field with the rule empty has no `fact`.",
        ],
    ),
    (
        "one_field_has_the_rule_vpn",
        "{id: vpn, label: Private IP VPN, rule: vpn}",
        "{id: vpn, label: Private IP VPN, rule: optional, fact: tier}",
        [
            "n.yaml:226:3: order.fields: no field has the rule vpn; exactly one has it.",
        ],
    ),
    (
        "no_second_field_has_the_rule_vpn",
        "    - {id: vpn, label",
        "    - {id: vpn2, label: More, rule: vpn}\n    - {id: vpn, label",
        [
            "n.yaml:233:46: order.fields.vpn.rule: a second field has the rule vpn; exactly one has it.",
        ],
    ),
    (
        "one_step_has_the_kind_verify",
        "kind: verify",
        "kind: confirm",
        [
            "n.yaml:39:1: steps: no step has the kind verify; exactly one has it.",
        ],
    ),
    (
        "no_second_step_has_the_kind_order",
        "kind: go",
        "kind: order",
        [
            "n.yaml:125:11: steps.A3.kind: a second step has the kind order; exactly one has it.",
        ],
    ),
    (
        "every_clause_of_the_source_has_a_step",
        "clauses: [N11]",
        "clauses: [N10]",
        [
            "n.yaml:25:5: source.clauses.N11: clause N11 of the source has no step.",
        ],
    ),
    (
        "only_if_needs_its_reason",
        "    not-needed: only public products need NAT\n",
        "",
        [
            "n.yaml:89:5: steps.K5: `only-if` and `not-needed` come together.",
        ],
    ),
    (
        "a_step_of_kind_facts_needs_closed_by",
        "    closed-by: [{fact: security-products}]\n",
        "",
        [
            "n.yaml:78:5: steps.K4: a step of kind facts needs `closed-by`.",
        ],
    ),
    (
        "a_step_of_another_kind_has_no_closed_by",
        "    evidence: screen print",
        "    closed-by: [{fact: tier}]\n    evidence: screen print",
        [
            "n.yaml:164:5: steps.T2.closed-by: only a step of kind facts has `closed-by`.",
        ],
    ),
    (
        "an_automatic_step_needs_its_closer",
        "    closes-with: T1\n",
        "",
        [
            "n.yaml:133:5: steps.A4: a step of kind automatic needs `closes-with`.",
        ],
    ),
    (
        "owners_are_all_or_any",
        "owners: {all: [client, verizon]}",
        "owners: {all: [client], any: [verizon]}",
        [
            "n.yaml:43:13: steps.K1.owners: owners have either the key `all` or the key `any`.",
        ],
    ),
    (
        "one_party_is_the_provider",
        ", provider: true",
        "",
        [
            "n.yaml:28:1: parties: no party has `provider: true`; exactly one has it.",
        ],
    ),
    (
        "no_second_party_is_the_provider",
        "verizon: {name: Verizon, short: VZ}",
        "verizon: {name: Verizon, short: VZ, provider: true}",
        [
            "n.yaml:31:48: parties.nimbus.provider: a second party has `provider: true`; exactly one has it.",
        ],
    ),
    (
        "a_timer_is_a_duration_without_months",
        "within: P5D",
        "within: P5M",
        [
            "n.yaml:111:33: steps.A1.timer.within: 'P5M' is not a duration; write it like P5D, PT30M "
            "or P1DT2H, without months or years.",
        ],
    ),
    (
        "a_prefix_with_host_bits_is_corrected",
        "198.18.0.0/15",
        "198.18.1.0/15",
        [
            "n.yaml:261:14: reserved.1.prefix: '198.18.1.0/15' has host bits set. Did you mean "
            "198.18.0.0/15?",
        ],
    ),
    (
        "a_contact_has_one_plain_address",
        "  stages:\n",
        "  contacts: [{name: Desk, role: orders, email: 'desk@example.net, x@example.org', "
        "verified: 2026-01-31}]\n"
        "  stages:\n",
        [
            "n.yaml:249:48: handoff.contacts.1.email: the recipient 'desk@example.net, x@example.org' "
            "holds more than one address; give one address per value.",
        ],
    ),
    (
        "a_contact_date_is_a_date",
        "  stages:\n",
        "  contacts: [{name: Desk, role: orders, email: desk@example.net, verified: "
        "31.01.2026}]\n"
        "  stages:\n",
        [
            "n.yaml:249:76: handoff.contacts.1.verified: '31.01.2026' is not a date; write it as "
            "YYYY-MM-DD, such as 2026-01-31.",
        ],
    ),
    (
        "a_recipient_stands_once",
        "  stages:\n",
        "  contacts:\n"
        "    - {name: A, role: b, email: desk@example.net, verified: 2026-01-31}\n"
        "    - {name: C, role: d, email: DESK@example.net, verified: 2026-01-31}\n"
        "  stages:\n",
        [
            "n.yaml:251:33: handoff.contacts.2.email: duplicate recipient 'DESK@example.net': it is "
            "there already.",
        ],
    ),
    (
        "handoff_texts_use_the_fixed_names_only",
        "Port of $customer in",
        "Port of $custmer in",
        [
            "n.yaml:237:12: handoff.subject: '$custmer' has no meaning here; after a $ only "
            "$activation, $customer, $provider, $location, $account, $order may stand, and $$ for a $. "
            "Did you mean $customer?",
        ],
    ),
    (
        "a_dollar_alone_is_refused",
        "($$0)",
        "($0)",
        [
            "n.yaml:241:12: handoff.closing: '$0). Thank you.' has no meaning here; after a $ only "
            "$activation, $customer, $provider, $location, $account, $order may stand, and $$ for a $.",
        ],
    ),
    (
        "braces_after_a_dollar_are_refused",
        "($activation)",
        "(${activation.name})",
        [
            "n.yaml:238:12: handoff.opening: '${activation.name}).' has no meaning here; after a $ "
            "only $activation, $customer, $provider, $location, $account, $order may stand, and $$ for "
            "a $.",
        ],
    ),
    (
        "a_subject_is_one_line",
        'subject: "Port of $customer in $location"',
        'subject: "Port\\nBcc: x@example.net"',
        [
            "n.yaml:237:12: handoff.subject: is one line of text; this one contains a line break.",
        ],
    ),
    (
        "pairs_are_interfaces",
        "pairs: [[link.verizon-address, link.nimbus-address]]",
        "pairs: [[link.verizon-address, tier]]",
        [
            "n.yaml:248:34: handoff.pairs.1.2: 'tier' is not a fact of kind interface; only such facts "
            "make pairs.",
        ],
    ),
    (
        "a_pair_has_two_facts",
        "pairs: [[link.verizon-address, link.nimbus-address]]",
        "pairs: [[link.verizon-address]]",
        [
            "n.yaml:248:11: handoff.pairs.1: is a list of two facts.",
        ],
    ),
    (
        "a_list_is_not_a_text",
        "after: [K2]\n    timer",
        "after: K2\n    timer",
        [
            "n.yaml:110:12: steps.A1.after: is a list; text is given.",
        ],
    ),
    (
        "a_text_is_not_a_list",
        "attachment: screen print of the configuration",
        "attachment: [a, b]",
        [
            "n.yaml:243:15: handoff.attachment: is a single value; a list is given.",
        ],
    ),
    (
        "a_mapping_is_not_a_text",
        "gates:\n  order:",
        "gates: none\nrest:\n  order:",
        [
            "n.yaml:215:8: gates: is a mapping with keys; text is given.",
            "n.yaml:216:1: rest: this key is not known here.",
        ],
    ),
    (
        "an_empty_list_is_named",
        "stages:\n    - {id: keyed-in, title: Keyed in}\n    - {id: switched-on, title: Switched on}",
        "stages: []",
        [
            "n.yaml:249:11: handoff.stages: is empty; it has at least one entry.",
        ],
    ),
    (
        "an_empty_text_is_named",
        "attachment: screen print of the configuration",
        "attachment:",
        [
            "n.yaml:243:14: handoff.attachment: is empty; leave the key out, or give a text.",
        ],
    ),
    (
        "an_id_is_plain",
        "{id: tier, label",
        "{id: Tier!, label",
        [
            "n.yaml:210:10: facts.Tier!.id: 'Tier!' is not an id here; it has 1 to 63 of a-z, 0-9, - "
            "and dots.",
            "n.yaml:231:61: order.fields.tier.fact: there is no fact 'tier'. Did you mean Tier!?",
        ],
    ),
    (
        "truth_is_true_or_false",
        "counts: false",
        "counts: no",
        [
            "n.yaml:37:47: phases.wind-down.counts: is true or false; 'no' is neither.",
        ],
    ),
    (
        "a_number_is_whole",
        "value: 200",
        "value: 2e2",
        [
            "n.yaml:258:15: limits.routes.1.value: '2e2' is not a whole number; write it with the "
            "digits 0-9.",
        ],
    ),
    (
        "a_newer_format_is_the_only_problem",
        "format: 1\n",
        "format: 2\nfoo: bar\n",
        [
            "n.yaml:3:9: format: the file has format 2, made for a newer version of this program, "
            "which reads format 1.",
        ],
    ),
    (
        "a_format_is_a_number",
        "format: 1\n",
        "format: one\n",
        [
            "n.yaml:3:9: format: the format (schema version) of a profile is a number, at present 1.",
        ],
    ),
]


def problems(text: str) -> list[str]:
    with pytest.raises(InvalidFile) as caught:
        parse_profile(text.encode(), name="n.yaml")
    return list(caught.value.why)


@pytest.mark.parametrize(("old", "new", "said"), [pytest.param(*case[1:], id=case[0]) for case in CASES])
def test_a_change_that_breaks_a_rule_is_reported_whole(old: str, new: str, said: list[str]) -> None:
    assert old in SOUND
    assert problems(SOUND.replace(old, new, 1)) == said


def test_the_message_counts_the_problems_and_says_what_to_do() -> None:
    with pytest.raises(InvalidFile) as caught:
        parse_profile(
            SOUND.replace("counts: false", "counts: no").replace("N10]", "N1]").encode(), name="n.yaml"
        )
    assert (caught.value.message, caught.value.fix) == (
        "n.yaml has 2 problems.",
        ("Correct the file, then try again.",),
    )


def test_all_problems_come_at_once_in_the_order_of_the_file() -> None:
    broken = SOUND
    for _, old, new, _ in CASES[1:8]:
        broken = broken.replace(old, new, 1)
    lines = [int(line.split(":")[1]) for line in problems(broken)]
    assert lines == sorted(lines)
    assert len(lines) == sum(len(said) for *_, said in CASES[1:8])


def test_cycles_and_duplicates_are_found_in_a_file_that_lacks_nearly_everything() -> None:
    text = "steps:\n- {id: a, after: b}\n- {id: b, after: a}\n- {id: B}\n"
    keys = "`phase`, `kind`, `owners`, `short`, `title`, `text`"
    top = (
        "`format`, `id`, `name`, `version`, `summary`, `source`, "
        "`parties`, `phases`, `gates`, `order`, `handoff`"
    )
    assert problems(text) == [
        f"n.yaml:1:1: the keys {top} are missing. `format` is the schema version of the file, at present 1.",
        f"n.yaml:2:3: steps.a: the keys {keys} are missing.",
        "n.yaml:2:18: steps.a.after: is a list; text is given.",
        f"n.yaml:3:3: steps.b: the keys {keys} are missing.",
        "n.yaml:3:18: steps.b.after: a cycle: a, b, a; each of these steps waits for the one before it.",
        "n.yaml:3:18: steps.b.after: is a list; text is given.",
        f"n.yaml:4:3: steps.B: the keys {keys} are missing.",
        "n.yaml:4:8: steps.B.id: duplicate step 'B': it is there already.",
    ]


@pytest.mark.parametrize("text", ["", "hello\n", "- a\n- b\n"])
def test_a_file_that_is_no_mapping_is_told_what_a_profile_is(text: str) -> None:
    with pytest.raises(InvalidFile) as caught:
        parse_profile(text.encode(), name="n.yaml")
    assert caught.value.message == (
        "n.yaml:1:1: A profile is a mapping: lines of the form `key: value`, the first of them `format: 1`."
    )


def test_a_file_with_very_many_problems_is_answered_with_the_first_two_hundred() -> None:
    said = problems("format: 1\n" + "".join(f"stepz{number}: x\n" for number in range(20_000)))
    assert len(said) == 201
    assert said[-1] == "n.yaml:20001:1: 19801 problems more are not shown."


def test_many_steps_that_name_steps_nobody_knows_are_answered_at_once() -> None:
    steps = "".join(f"- {{id: s{number}, after: [t{number}]}}\n" for number in range(2_000))
    assert len(problems(f"format: 1\nsteps:\n{steps}")) == 201
