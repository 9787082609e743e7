"""One outcome for every screen, about invented companies and documentation addresses."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from sci_cli.domain.activation import (
    AdminStatus,
    Change,
    Comparison,
    Event,
    Evidence,
    FormLine,
    HandoffRecord,
    Note,
    Port,
    PortRequest,
    StageMark,
    Stamp,
)
from sci_cli.domain.findings import Finding, Severity
from sci_cli.domain.profile import Clause, Contact
from sci_cli.domain.profile_changes import FieldChange, ProfileChange
from sci_cli.domain.progress import PhaseProgress
from sci_cli.domain.rebasing import Effect, StepEffect
from sci_cli.domain.vpn_rules import budgets
from sci_cli.errors import GateClosed, InvalidFile, RecordCorrupt, RuleViolation, StoreUnavailable, sci
from sci_cli.operations import (
    keeping_views,
    machine_views,
    rebase_views,
    reference_views,
    request_views,
    sharing_views,
    views,
    vpn_file_views,
    work_views,
)
from sci_cli.operations.outcome import Message, Outcome
from tests.ui import check_samples
from tests.ui.sample_records import (
    ACCOUNT,
    AT,
    BY_KIM,
    CORP,
    HANDOFF_STEP,
    HASH,
    HEADER,
    IN_GUIDE,
    LAB,
    LIMIT,
    MAX_EXCEEDED,
    NESTED,
    NO_ACCOUNT,
    NO_NUMBER,
    OVERLAP,
    PORTALS,
    ROBIN,
    STEPS,
    STORES,
)

STATUS = views.StatusView(
    header=HEADER,
    profile="nimbus-cloud",
    closed=3,
    total=7,
    late=1,
    complete=False,
    next=(HANDOFF_STEP, PORTALS),
    phases=(
        PhaseProgress("preparation", "Before you order", 3, 3),
        PhaseProgress("ordering", "Order and provisioning", 1, 3),
        PhaseProgress("after", "Afterwards", 0, 1),
    ),
    steps=STEPS,
    facts=(ACCOUNT,),
    order=views.OrderSummary("ORD-7", AT, "kim", "The customer had signed already."),
    verified=True,
    stage="validating",
    port=Port(AdminStatus.UP, BY_KIM),
    vpns=(CORP,),
    budgets=budgets((CORP,)),
)
COMPLETE = replace(
    STATUS,
    closed=7,
    late=0,
    complete=True,
    next=(),
    phases=(PhaseProgress("preparation", "Before you order", 7, 7),),
    steps=tuple(replace(row, state="done", late=False, late_for="") for row in STEPS),
)


def row(name: str, **changes: object) -> views.ActivationRow:
    """A row of the list of all activations."""
    usual = views.ActivationRow(
        name, "Acme Ltd", "Nimbus Cloud", "Hong Kong", 12, 16, False, "", "O9", "Send the configuration",
        "Customer and Verizon", "12 d", True,
    )  # fmt: skip
    return replace(usual, **changes)  # type: ignore[arg-type]  # fields are named by the tests


ACTIVATIONS = (
    row("acme-hk-1", late=True, late_for="1 d"),
    row("acme-sg-1", closed=3, next_step="O2", next_title="Agree the activation date"),
    row("beta-fra-1", customer="Beta und Söhne", closed=13, mine=False, waiting_on="Nimbus Cloud"),
    row("done-1", closed=16, next_step="", next_title="", waiting_on="", mine=False),
    row(
        "torn-1", customer="", provider="", location="", closed=0, total=0, next_step="", next_title="",
        waiting_on="", age="", problem="The record of torn-1 fails its check.",
    ),
)  # fmt: skip
CHECK = work_views.CheckView(
    replace(HEADER, name="acme-sg-1"),
    "order",
    "NO-GO: do not place the order yet, 2 things stand in the way.",
    ("Active Private IP connections: 2", "Enhanced security products: none"),
)
ORDER = work_views.OrderView(
    HEADER,
    "ORD-7",
    BY_KIM,
    False,
    "The customer had signed already.",
    ("No Nimbus Cloud account is on record.",),
    (FormLine("csp-customer-id", "CSP Customer ID", "1234567890123456"), FormLine("key", "Service Key", "")),
    False,
    (
        Comparison("csp", "provider", "Nimbus Cloud", "Nimbus", True),
        Comparison("location", "location", "Hong Kong", "Singapore", False),
    ),
    ("Order ORD-7 is on record as placed.",),
    (LIMIT, IN_GUIDE),
)
PLAN = work_views.PlanView(
    HEADER,
    "add VPN lab, remove VPN stores",
    (CORP,),
    (LAB,),
    (STORES,),
    budgets((CORP, STORES)),
    budgets((CORP, LAB)),
    ("Open the port.", "Click Add/Remove VPN."),
    (),
)
HANDOFF = work_views.HandoffView(
    HEADER,
    "/home/kim/sci/out/acme-hk-1-handoff-1-r15.eml",
    HASH,
    ("robin@example.net", "sam@example.net"),
    "Secure Cloud Interconnect activation for Acme Ltd, Hong Kong",
    "port.png",
    HASH[::-1],
    "To: robin@example.net\nSubject: Secure Cloud Interconnect activation for Acme Ltd, Hong Kong\n\n"
    "Please connect this port.\n\n  Account   1234567890123456\n",
    "mailto:robin@example.net?subject=SCI",
    (ROBIN,),
    ("The draft is written; nothing is sent. Open it, look it over, send it yourself.",),
)
EVENTS = (
    Event(1, AT, "kim", "new", "started with profile nimbus-cloud"),
    Event(
        2,
        AT,
        "alex",
        "set",
        "recorded csp.account-id",
        (Change("facts.csp.account-id", "", "1234567890123456"),),
        reason="typing error",
        clock_behind=True,
    ),
)

COUNTED = tuple(
    work_views.Counted(what, number)
    for what, number in (("records", 2), ("backups", 14), ("profiles", 1), ("evidence", 3), ("drafts", 1))
)
DAMAGED = (
    Finding(
        "record.damaged",
        Severity.BLOCKER,
        "The record 'acme-hk-1.yaml' does not match its checksum: it was edited or damaged.",
        fix=("Keep a copy of the file as it is.",),
        details={"file": "activations/acme-hk-1.yaml"},
    ),
    Finding(
        "draft.altered",
        Severity.BLOCKER,
        "The hand-off draft 'out/draft.eml' of acme-hk-1 does not match its hash.",
        why="The history names it with the hash of its content.",
        details={"file": "out/draft.eml"},
    ),
    Finding(
        "home.leftover",
        Severity.WARNING,
        "A temporary file is left of a run that did not end: 'backups/.sci-00.tmp'.",
        details={"file": "backups/.sci-00.tmp"},
    ),
)
SCHEMA_KEYS = (
    "schema", "ok", "command", "changed", "activation", "revision", "head", "dry_run", "data", "findings",
    "notices", "error", "next",
)  # fmt: skip

REBASE = rebase_views.RebaseView(
    header=HEADER,
    profile="nimbus-cloud",
    before=rebase_views.ProfileContent("2026-01", HASH, ()),
    after=rebase_views.ProfileContent(
        "2026-07",
        HASH[::-1],
        (Contact("Connection desk", "Desk", "desk@nimbus.example.net", AT.date()),),
    ),
    changes=(
        ProfileChange("step", "T5", "T5 Note the support number", "removed"),
        ProfileChange(
            "step",
            "A1",
            "A1 Nimbus accepts the service key",
            "changed",
            (
                FieldChange("clock", "within 5 d of K2", "within 3 d of K2"),
                FieldChange("text", "Nimbus looks at it.", "Nimbus looks at the key.", True),
            ),
        ),
        ProfileChange("contact", "desk@nimbus.example.net", "desk@nimbus.example.net (desk)", "added"),
        ProfileChange(
            "caution",
            "keys",
            "Keys expire.",
            "changed",
            (FieldChange("text", "Keys do not last.", "Keys expire.", True),),
            wording=True,
        ),
        ProfileChange(
            "profile",
            "nimbus-cloud",
            "Nimbus Cloud",
            "changed",
            (FieldChange("version", "2026-01", "2026-07", True),),
            wording=True,
        ),
    ),
    steps=(
        StepEffect("T5", "Note the support number", Effect.GONE, "ready", "", "no longer a step"),
        StepEffect(
            "K1", "Agree", Effect.STAYS_DONE, "done", "done", "done since 02 Mar 2026; changed: owners"
        ),
        StepEffect("K6", "Name the region", Effect.NEW, "", "ready", "a new step; ready now"),
        StepEffect(
            "A1",
            "Nimbus accepts the service key",
            Effect.CLOCK,
            "ready",
            "ready",
            "ready as before",
            "due 2026-03-05 09:02 UTC (late by 1 d), was due 2026-03-07 09:02 UTC",
        ),
    ),
    recipients_change=True,
    lines=("This is a plan; nothing is changed.",),
)
NEW_RECIPIENTS = Finding(
    "profile.recipients_change",
    Severity.WARNING,
    "The hand-off goes to desk@nimbus.example.net, until now to nobody.",
    why="They receive the customer's configuration.",
    details={"before": (), "after": ("desk@nimbus.example.net",)},
)

OUTCOMES: Mapping[str, Outcome] = {
    "message": Outcome(Message(("Nothing is to be done.", "All is well."))),
    "status": Outcome(STATUS, activation="acme-hk-1", revision=14, head=HASH, next=HANDOFF_STEP.commands),
    "status-complete": Outcome(COMPLETE, activation="acme-hk-1", revision=14),
    "status-all": Outcome(replace(STATUS, show_all=True), activation="acme-hk-1", revision=14),
    "home": Outcome(views.HomeView("0.1.0", "/home/kim/sci", ACTIVATIONS)),
    "home-empty": Outcome(views.HomeView("0.1.0", "/home/kim/sci", ())),
    "list": Outcome(views.ListView(ACTIVATIONS)),
    "list-empty": Outcome(views.ListView(()), next=(sci("new", "NAME"), sci("demo"))),
    "next": Outcome(
        views.NextView((views.NextRow("acme-hk-1", HANDOFF_STEP), views.NextRow("acme-sg-1", PORTALS)))
    ),
    "next-none": Outcome(views.NextView((), "customer")),
    "recorded": Outcome(
        views.RecordedView(HEADER, ("P2 Get access to the Verizon portals: done.",), "P2"),
        changed=True,
        activation="acme-hk-1",
        revision=15,
        head=HASH,
        findings=(NO_NUMBER, NESTED),
        next=(
            sci("order", "sheet", "acme-hk-1"),
            sci("vpn", "confirm", "acme-hk-1", "stores", note="when the portal shows it gone"),
        ),
        notices=("A copy made by a syncing program lies beside the record: acme-hk-1 (2).yaml",),
    ),
    "recorded-dry-run": Outcome(
        views.RecordedView(HEADER, ("P2 Get access to the Verizon portals: done.",), "P2"),
        changed=True,
        activation="acme-hk-1",
        revision=14,
        head=HASH,
        dry_run=True,
    ),
    **check_samples.OUTCOMES,
    "check": Outcome(
        CHECK,
        activation="acme-sg-1",
        revision=4,
        findings=(NESTED, NO_ACCOUNT, NO_NUMBER, OVERLAP),
        error=GateClosed(CHECK.verdict, findings=(NO_ACCOUNT, OVERLAP)),
    ),
    "check-go": Outcome(
        replace(CHECK, verdict="GO: you may place the order."),
        activation="acme-sg-1",
        revision=5,
        next=(sci("order", "place", "acme-sg-1"),),
    ),
    "order-sheet": Outcome(
        work_views.SheetView(
            HEADER,
            (
                work_views.FormRow(
                    FormLine("csp-customer-id", "CSP Customer ID", "1234567890123456"),
                    "copy",
                    "The account ID of the customer.",
                    "O5.2",
                ),
                work_views.FormRow(
                    FormLine("service-key", "Service Key", ""),
                    "empty",
                    "Stays empty: there is no programming interface between the two companies at this time.",
                    "O5.2",
                ),
                work_views.FormRow(FormLine("location", "Installation location", ""), "copy", "", ""),
            ),
        ),
        activation="acme-hk-1",
        revision=14,
    ),
    "order": Outcome(ORDER, changed=True, activation="acme-hk-1", revision=15, head=HASH),
    "order-none": Outcome(
        replace(ORDER, number="", placed=None, breach="", unmet=(), comparison=(), lines=(), cautions=())
    ),
    "handoff": Outcome(HANDOFF, changed=True, activation="acme-hk-1", revision=15, head=HASH),
    "stages": Outcome(
        work_views.StagesView(
            HEADER,
            (HandoffRecord(BY_KIM, "draft.eml", HASH, Evidence("port.png", HASH), ("robin@example.net",)),),
            ("received", "keyed", "validated", "implemented"),
            (
                StageMark("received", Stamp(AT, "kim", "nimbus"), "by telephone"),
                StageMark("validated", Stamp(AT, "kim", "nimbus")),
            ),
            ("keyed",),
            ("implemented",),
            ("Nimbus Cloud: validated is on record.",),
        ),
        activation="acme-hk-1",
    ),
    "vpns": Outcome(
        work_views.VpnsView(HEADER, (CORP, LAB, STORES), budgets((CORP, LAB, STORES))), activation="acme-hk-1"
    ),
    "vpns-none": Outcome(work_views.VpnsView(HEADER, (), ())),
    "plan": Outcome(
        PLAN,
        activation="acme-hk-1",
        revision=14,
        findings=(OVERLAP, MAX_EXCEEDED),
        dry_run=True,
        error=RuleViolation("The plan breaks a rule of the port.", findings=(OVERLAP, MAX_EXCEEDED)),
    ),
    "vpn-check": Outcome(
        vpn_file_views.FilesView(
            files=(
                vpn_file_views.FileRow("CORP.txt", "list", 3, 0),
                vpn_file_views.FileRow("pe1.txt", "cisco", 2, 0, 1),
            ),
            vpns=(
                vpn_file_views.VpnRow("CORP", 2, 1, 0, 0, 2, ("10.20.0.0/15", "2001:db8::/32")),
                vpn_file_views.VpnRow("LAB", 2, 0, 1, 1, 2, ("10.30.4.0/22", "10.41.1.0/30")),
            ),
            pairs=1,
            unlisted=0,
            shared_v4=1024,
            matrix=(vpn_file_views.MatrixCell("CORP", "LAB", 1),),
            clearing=vpn_file_views.ClearingView(("LAB 10.30.4.0/22",), True, True, 1, ("CORP",), False, 1),
            lines=("1 pair of prefixes overlaps, between 1 pair of VPNs.",),
        ),
        findings=(OVERLAP,),
        error=RuleViolation("These VPNs may not be on one port together.", findings=(OVERLAP,)),
    ),
    "vpn-check-refused": Outcome(
        vpn_file_views.FilesView(
            files=(vpn_file_views.FileRow("broken.txt", "list", 1, 1),),
            rejected=(
                vpn_file_views.RejectedLine("broken.txt", 1, "10.60.0.1/16", "host bits", "10.60.0.0/16"),
            ),
            lines=("1 line is not acceptable; nothing was compared.",),
        ),
    ),
    "plan-recorded": Outcome(
        replace(
            PLAN, lines=("VPN lab is recorded as asked for. Add it in the portal, then confirm it here.",)
        ),
        changed=True,
        activation="acme-hk-1",
        revision=15,
        head=HASH,
        next=(sci("vpn", "confirm", "acme-hk-1", "lab", note="when the portal shows it"),),
    ),
    "adopt": Outcome(
        work_views.AdoptView(
            HEADER,
            (
                Change("facts.customer.values", "Acme Ltd", "Acme Holdings Ltd"),
                Change("facts.vlan-id.values", "", "100"),
            ),
            "the customer was renamed",
            HASH,
            ("What was edited by hand is adopted.",),
        ),
        changed=True,
        activation="acme-hk-1",
        revision=15,
        head=HASH,
    ),
    "rebase-plan": Outcome(
        REBASE,
        activation="acme-hk-1",
        revision=14,
        head=HASH,
        findings=(NEW_RECIPIENTS,),
        next=(sci("profile", "rebase", "acme-hk-1", "--apply"),),
    ),
    "rebase-applied": Outcome(
        replace(
            REBASE,
            lines=("acme-hk-1 now goes by version 2026-07 of nimbus-cloud.",),
            shown_before=True,
        ),
        changed=True,
        activation="acme-hk-1",
        revision=15,
        head=HASH,
    ),
    "rebase-nothing": Outcome(
        replace(
            REBASE,
            after=REBASE.before,
            changes=(),
            steps=(),
            recipients_change=False,
            lines=("acme-hk-1 goes by this content of the profile already; there is nothing to do.",),
        ),
        activation="acme-hk-1",
        revision=14,
        head=HASH,
    ),
    "rebase-wording": Outcome(
        replace(REBASE, changes=REBASE.changes[-2:], steps=(), recipients_change=False),
        activation="acme-hk-1",
        revision=14,
        head=HASH,
    ),
    "verify": Outcome(
        work_views.VerifyView(
            "Everything holds.",
            True,
            "/home/kim/sci",
            COUNTED,
            (
                work_views.VerifiedRecord("acme-hk-1", 15, HASH, 12),
                work_views.VerifiedRecord("beta-fra-1", 3, HASH[::-1]),
            ),
        ),
        findings=DAMAGED[2:],
    ),
    "verify-damaged": Outcome(
        work_views.VerifyView("2 things do not hold.", False, "/home/kim/sci", COUNTED, ()),
        findings=DAMAGED,
        error=RecordCorrupt("2 things do not hold.", findings=DAMAGED[:2]),
    ),
    "port": Outcome(
        work_views.PortView(
            HEADER,
            "No Shutdown",
            BY_KIM,
            PortRequest(AdminStatus.DOWN, "moving house", BY_KIM),
            (CORP, STORES),
            9,
            ("Open the port.", "Choose Shutdown."),
            (LIMIT,),
            ("VPNs corp and stores: 9 prefixes go dark.",),
        ),
        activation="acme-hk-1",
    ),
    "history": Outcome(
        views.HistoryView(
            HEADER, EVENTS, (Note("Asked for the login.\nAnswer on Monday.", BY_KIM, "P2"),), HASH
        ),
        activation="acme-hk-1",
        head=HASH,
    ),
    "undo": Outcome(
        views.BroughtBackView(
            HEADER,
            (f"Revision 2 by alex is taken back: {EVENTS[1].summary}.",),
            1,
            EVENTS[1],
            (
                Change("facts.csp.account-id.values", "1234567890123456", ""),
                Change("facts.customer.values", "Globex", "Acme Ltd"),
            ),
        ),
        changed=True,
        activation="acme-hk-1",
        revision=3,
        head=HASH,
        next=(
            sci("restore", "acme-hk-1", "--revision", "2", "--reason", "REASON", note="brings it all back"),
        ),
    ),
    "explain": Outcome(
        reference_views.ExplainView(
            "O5",
            "Place the Secure Cloud Interconnect order",
            "The Verizon Account Team enters the order.\nThe account ID goes into CSP Customer ID.",
            "Verizon",
            (Clause("O5.2", "Ordering 5, second paragraph", "Service Key stays blank."),),
            ("Open the order form.",),
            (LIMIT, IN_GUIDE),
            (ACCOUNT, views.FactRow("data-plan", "Data plan", "")),
            "Nimbus Cloud connection sheet",
            ("State: waits for O3.",),
        )
    ),
    "profiles": Outcome(
        reference_views.ProfilesView(
            (
                reference_views.ProfileRow("nimbus-cloud", "Nimbus Cloud", "2026-01", "shipped", ""),
                reference_views.ProfileRow(
                    "torn", "", "", "yours", "torn.yaml:2:1: The quotes are not closed."
                ),
            )
        )
    ),
    "profile": Outcome(
        reference_views.ProfileView(
            "nimbus-cloud",
            "Nimbus Cloud",
            "2026-01",
            "Connects a Private IP network to Nimbus Cloud.",
            HASH,
            "Nimbus Cloud connection sheet",
            "Invented; no such provider exists.",
            (
                reference_views.PhaseSteps(
                    "Before you order",
                    (
                        ("P1", "Be a Verizon Private IP customer", "Customer"),
                        ("P2", "Get access", "Cust or VZ"),
                    ),
                ),
            ),
            (ROBIN,),
            (LIMIT,),
            (ACCOUNT,),
        )
    ),
    "where": Outcome(
        reference_views.WhereView(
            (("home", "/home/kim/sci"), ("evidence", "/home/kim/a folder/sci/evidence"))
        )
    ),
    "export": Outcome(
        keeping_views.ExportView(
            "acme.zip",
            48_211,
            HASH,
            (
                keeping_views.PackedRow("acme-hk-1", 9, HASH, "packed", evidence=2, drafts=1),
                keeping_views.PackedRow(
                    "acme-sg-1", 3, HASH, "packed", drafts_left_out=("acme-sg-1-handoff-1-r3.eml",)
                ),
            ),
        ),
        findings=(
            Finding(
                "package.draft_left_out",
                Severity.WARNING,
                "acme-sg-1: acme-sg-1-handoff-1-r3.eml is left out: the draft is gone or was edited.",
                fix=("Nothing needs to be done when the mail was sent.",),
            ),
        ),
        next=(sci("import", "acme.zip", note="on the other machine, or in another home"),),
    ),
    "import": Outcome(
        keeping_views.ImportView(
            "acme.zip",
            HASH,
            (
                keeping_views.PackedRow("acme-hk-1", 9, HASH, "taken", evidence=1),
                keeping_views.PackedRow("acme-sg-1", 3, HASH, "there", "the same is here, at revision 3"),
                keeping_views.PackedRow(
                    "beta-fra-1", 3, HASH, "refused", "Another activation is named beta-fra-1 here. It stays."
                ),
                keeping_views.PackedRow("done-1", 3, HASH, "left", "not reached"),
            ),
        ),
        changed=True,
        next=(sci("status", "acme-hk-1"),),
    ),
    "doctor": Outcome(
        keeping_views.DoctorView(
            False,
            (
                keeping_views.Surrounding("Machine", "sci", "0.1.0"),
                keeping_views.Surrounding("Machine", "Python", "CPython 3.11.12"),
                keeping_views.Surrounding("Home folder", "Place", "~/sci, from the default"),
                keeping_views.Surrounding("Home folder", "Write test", "the disk is full"),
            ),
        ),
        findings=(
            Finding(
                "home.not_writable",
                Severity.BLOCKER,
                "A file could not be written in the home folder: the disk is full.",
                why="Records can be read; no change can be saved.",
                fix=("Make the folder writable, or free space.",),
            ),
        ),
        error=StoreUnavailable("A file could not be written in the home folder: the disk is full."),
    ),
    "store": Outcome(
        sharing_views.StoreView(
            "postgresql",
            "'postgresql://kim@db.example.net/sci'",
            "blue",
            12,
            "4f0c",
            "revision 7 of acme-hk-1",
        )
    ),
    "store-setup": Outcome(
        sharing_views.StoreSetupView(
            "'postgresql://owner@db.example.net/sci'",
            ("role 'kim' (log-in, without a password)", "'kim' in team 'blue'"),
            ("schema sci", "table sci.history"),
        ),
        changed=True,
        next=(sci("store", "status"),),
    ),
    "store-move": Outcome(
        sharing_views.MovedView(
            "/home/kim/sci",
            "'postgresql://kim@db.example.net/sci'",
            (
                sharing_views.MovedRow("acme-hk-1", "new", 7, HASH, 2),
                sharing_views.MovedRow("acme-sg-1", "already there", 3, HASH, 0, ("1" * 64,)),
                sharing_views.MovedRow(
                    "acme-jp-1",
                    "not moved",
                    None,
                    "",
                    problem="The two records of acme-jp-1 differ and neither is the beginning of the other; "
                    "nothing was changed.",
                ),
            ),
        ),
        changed=True,
        notices=("The evidence 1111 of acme-sg-1 is missing where it comes from, so it did not go along.",),
    ),
    "value": Outcome(machine_views.ValueView("acme-hk-1", "order.number", "value", "ORD-7")),
    "value-list": Outcome(machine_views.ValueView("acme-hk-1", "vpns.corp.prefixes", "list", CORP.prefixes)),
    "value-group": Outcome(
        machine_views.ValueView("acme-hk-1", "port", "group", {"status": "up", "seen_at": AT, "reason": None})
    ),
    "value-every": Outcome(
        machine_views.ValueView("acme-hk-1", "", "group", {"name": "acme-hk-1", "port": {"late": False}})
    ),
    "wait": Outcome(
        machine_views.WaitView("acme-hk-1", "A1", "step", True, ("done",), 720, 73),
        activation="acme-hk-1",
    ),
    "wait-over": Outcome(
        machine_views.WaitView("acme-hk-1", "complete", "state", False, ("ordered", "port-up"), 1800, 181),
        activation="acme-hk-1",
        next=(sci("status", "acme-hk-1"),),
    ),
    "schemas": Outcome(
        machine_views.SchemasView(
            (
                machine_views.SchemaRow("list", "sci.list/1", "All activations."),
                machine_views.SchemaRow("status", "sci.status/1", "Where one activation stands."),
            )
        )
    ),
    "schema": Outcome(
        machine_views.SchemaView("list", "sci.list/1", {"title": "sci.list/1", "type": "object"})
    ),
    "plan-requests": Outcome(
        request_views.PlannedView(
            (
                request_views.RequestRow(
                    "acme-hk-1",
                    "requests/acme-hk-1.yaml",
                    1,
                    "create",
                    (
                        request_views.FieldChange("customer", "", "Acme Ltd"),
                        request_views.FieldChange("facts.private-ip.active", "", "2"),
                        request_views.FieldChange(
                            "vpns.CORP.prefixes", "", "10.20.0.0/16", added=("10.20.0.0/16",)
                        ),
                    ),
                    revision=0,
                ),
                request_views.RequestRow(
                    "acme-sg-1",
                    "requests/all.yaml",
                    1,
                    "change",
                    (
                        request_views.FieldChange("facts.csp.account-status", "pending", "active"),
                        request_views.FieldChange("facts.cloud-type", "", "vpc"),
                        request_views.FieldChange(
                            "vpns.LAB.prefixes",
                            "10.40.0.0/16",
                            "10.41.0.0/16",
                            ("10.41.0.0/16",),
                            ("10.40.0.0/16",),
                        ),
                        request_views.FieldChange("vpns.OLD.state", "attached", "removal-requested"),
                    ),
                    ("Taking VPN OLD off cuts 1 prefix from the cloud.",),
                    7,
                    HASH,
                ),
                request_views.RequestRow("acme-jp-1", "requests/all.yaml", 14, "none", revision=3, head=HASH),
            ),
            request_views.Counts(1, 1, 1, 0),
            "friday.plan",
        ),
        changed=True,
        dry_run=True,
        next=(sci("apply", "friday.plan", "--confirm", "acme-sg-1"),),
    ),
    "apply-requests": Outcome(
        request_views.AppliedView(
            (
                request_views.RequestRow(
                    "acme-hk-1",
                    "requests/acme-hk-1.yaml",
                    1,
                    "created",
                    (request_views.FieldChange("customer", "", "Acme Ltd"),),
                    revision=1,
                    head=HASH,
                ),
                request_views.RequestRow("acme-sg-1", "all.yaml", 1, "repeated", revision=7, head=HASH),
                request_views.RequestRow(
                    "acme-jp-1",
                    "all.yaml",
                    14,
                    "refused",
                    problem=request_views.RequestProblem(
                        "file.invalid",
                        4,
                        "all.yaml has 1 problem.",
                        ("all.yaml:16:1: unknown key 'custommer'; did you mean customer?",),
                        ("Correct the file, then try again.",),
                    ),
                ),
            ),
            request_views.Counts(1, 0, 1, 1),
        ),
        changed=True,
        next=(sci("status", "acme-hk-1"),),
        error=InvalidFile(
            "1 of 3 requests is refused; the others are not held up by that.",
            why="acme-jp-1: all.yaml has 1 problem.",
            saved=True,
        ),
    ),
    "request-text": Outcome(
        request_views.RequestTextView(
            ("acme-hk-1",),
            "# acme-hk-1 at revision 7.\nname: acme-hk-1\ncustomer: Acme Ltd\nvpns:\n  - name: CORP\n",
        )
    ),
    "request-file": Outcome(
        request_views.RequestTextView(("acme-hk-1",), "name: acme-hk-1\n", "acme-hk-1.yaml"),
        next=(sci("plan", "-f", "acme-hk-1.yaml"),),
    ),
    "help": Outcome(
        reference_views.TopicView("files", "FILES\n\n  Everything is below one folder.", ("files", "windows"))
    ),
    "help-topics": Outcome(reference_views.TopicView("", "", ("files", "windows"))),
}
