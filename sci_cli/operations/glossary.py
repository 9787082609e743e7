"""Words of the field and codes of findings, each in a few sentences; `sci explain` prints them."""

from __future__ import annotations

WORDS: dict[str, str] = {
    "activation": (
        "One customer's Secure Cloud Interconnect turn-up at one location, with its own name, "
        "such as acme-hk-1. It has one order and one port."
    ),
    "admin status": (
        "Whether the port is administratively on (No Shutdown) or off (Shutdown). Shutting down "
        "is not disconnecting; whether it stops charges is not known, so ask the account team."
    ),
    "dnm": (
        "Dynamic Network Manager, the portal in which the port is looked at and changed. It has "
        "no interface for programs, so a person clicks and sci records."
    ),
    "entitlement": (
        "The right of a customer's user to see and change the service in Verizon Enterprise Center and "
        "Dynamic Network Manager. The account team and the customer set it up."
    ),
    "gate": (
        "Something that must hold before the order may be placed. The gates about the cloud "
        "account, Private IP, the one-way decisions and billing hold for every provider; no "
        "option opens them."
    ),
    "hand-off": (
        "The message that gives the connection's configuration to the cloud provider, with a "
        "screen print of the portal. sci writes the draft; a person sends it."
    ),
    "max": (
        "The number of prefixes Verizon assigned to a Private IP VPN, per address family. The "
        "total over all VPNs on a port is held against the smallest MAX. An unknown MAX is not "
        "unlimited. The account team raises it."
    ),
    "mss": (
        "MSS Cloud Firewall, one of the enhanced security products. They can only be ordered together with "
        "a new port; the account team helps with the order."
    ),
    "nat": (
        "Network address translation. Public cloud products are reached through it, so the NAT section is "
        "reviewed before the order of one; for the other types it is not needed."
    ),
    "nni": (
        "Network-to-network interface: where two operators' networks meet. The values of a connection name "
        "a primary and a secondary one."
    ),
    "overlap": (
        "Two prefixes share addresses: they are equal, or one contains the other. VPNs on one "
        "port must not overlap. Nested prefixes inside one VPN are normal routing."
    ),
    "owner": (
        "Who has to act on a step. Joint owners (and) each do their part; with or, one of them does it."
    ),
    "port": (
        "The Secure Cloud Interconnect port in the provider's location that joins the Private IP "
        "network to the cloud."
    ),
    "prefix": ("A block of addresses, written as address and length: 10.20.0.0/16."),
    "private ip": (
        "Verizon's private MPLS network service. A customer needs it before anything else, and it "
        "takes long to deliver."
    ),
    "public": (
        "One of the types of cloud product, beside VPC and dedicated VPC. For it the NAT section is reviewed "
        "before the order."
    ),
    "ready": ("The step may be done now: everything before it is closed."),
    "service key": (
        "A field of the order form. Whether it must be filled or stay empty is the provider's "
        "rule; `sci order sheet NAME` says which."
    ),
    "vec": (
        "Verizon Enterprise Center, the customer portal through which Dynamic Network Manager is reached."
    ),
    "vpn": (
        "A Private IP VPN of the customer. The one on the order is connected to the port by "
        "default; more are added later."
    ),
    "waiting": ("The step cannot be done yet; its reason names the steps it waits for."),
}

# Other spellings of the words above, as people type them.
ALSO: dict[str, str] = {
    "account id": "csp.account-id",
    "dynamic network manager": "dnm",
    "entitlements": "entitlement",
    "handoff": "hand-off",
    "mss cloud firewall": "mss",
    "network address translation": "nat",
    "no shutdown": "admin status",
    "pip": "private ip",
    "shutdown": "admin status",
    "verizon enterprise center": "vec",
    "vpns": "vpn",
}

FINDINGS: dict[str, str] = {
    "home.little_space": "The disk with the records is nearly full. A change that does not fit is refused.",
    "home.network": (
        "Another machine holds the records. Whether locks and flushes work there is up to it, so two people "
        "could write at once. A local disk is right."
    ),
    "home.not_writable": "The folder with the records cannot be written, so no change can be saved.",
    "home.open_to_others": (
        "Others may write into the folder with the records, so what is in it cannot be trusted."
    ),
    "home.other_owner": "The folder with the records belongs to another user of this machine.",
    "home.synchronised": (
        "A program copies the folder with the records between computers. Two of them changing one activation "
        "make two versions of it, which stops further changes until a person chooses."
    ),
    "home.unusable": "There is no folder for the records, or it cannot be opened.",
    "machine.clock_behind": (
        "A change on record is later than the clock of this machine. Changes are ordered by number, so only "
        "their times may be wrong."
    ),
    "machine.clock_wrong": "The clock shows a time that no change is recorded with.",
    "machine.python_old": (
        "This Python can turn text in a name into a header of a mail. Drafts are read back and such a one is "
        "refused; a newer Python does not have the mistake."
    ),
    "machine.python_path": (
        "PYTHONPATH puts folders in front of what is installed. A file there may run in place of sci's own."
    ),
    "machine.zone_unknown": "TZ names no time zone known here. Times are recorded in UTC all the same.",
    "package.same_order": (
        "A copy of an activation carries the order of the one it was copied from. There is one port and one "
        "order; only one of the two should be gone on with."
    ),
    "package.draft_left_out": (
        "A mail draft is no longer as the history says, or gone, so the package is written without it."
    ),
    "record.damaged": (
        "A record, or the profile it goes by, fails its check. It is never taken for empty, and nothing "
        "is written to it."
    ),
    "record.not_readable": "The system does not let a record be read; it may be whole.",
    "record.remarks": (
        "Beside a record lies a copy, or its permissions are too wide. It can be read; sci status says more."
    ),
    "fact.to_be_said_again": (
        "A backup, or a copy under another name, may say what is not so any more. What an order depends on "
        "is taken off until somebody who knows records it again."
    ),
    "fact.unusual_length": (
        "The value is accepted, but most identifiers of this kind have another length. Look for a "
        "missing or doubled digit."
    ),
    "handoff.account_not_active": (
        "The order is placed and billed, and the account at the provider is not active. The connection "
        "cannot be activated without an active account, so look into it before the provider does."
    ),
    "handoff.address_pair": (
        "The two peering addresses of one connection lie in one subnet, and each connection has a "
        "subnet of its own. Something was probably mistyped."
    ),
    "handoff.contact_stale": (
        "Nobody has looked at this address for half a year or more. Check it before you send."
    ),
    "handoff.mismatch": (
        "The portal shows something else than was ordered. The provider would build what the "
        "portal shows, so the hand-off stays closed until it matches."
    ),
    "handoff.not_ordered": ("There is no order on record, so there is nothing to hand off."),
    "handoff.not_verified": ("Nobody has compared the portal with the order yet."),
    "handoff.stages_passed_over": (
        "A later stage of the provider's work was recorded while an earlier one was not. What nobody "
        "recorded is not made up."
    ),
    "handoff.value_missing": ("The provider needs this value of the configuration, and it is not on record."),
    "handoff.values_left_out": (
        "Values of the configuration table are not on record. The screen print carries them; "
        "typing them in lets the draft carry them as text too."
    ),
    "order.account_id_missing": (
        "The account at the provider is not on record. An order cannot be activated without an "
        "account, and billing starts anyway."
    ),
    "order.account_not_active": (
        "The account at the provider is not active. An order cannot be activated without an "
        "active account, and billing starts anyway."
    ),
    "order.already_placed": ("One activation has one order; this one is placed."),
    "order.billing_not_accepted": (
        "Placing an order starts billing, often on the same day. Somebody accepts that for this "
        "activation by typing its name; --yes does not."
    ),
    "order.date_past": (
        "The day agreed for the order is over and the order is not placed. Agree on another day and record "
        "it."
    ),
    "order.breach": (
        "The order was recorded although something was missing when it was placed. The mark stays."
    ),
    "order.cloud_type_undecided": (
        "Public cloud products need the NAT section reviewed before the order; whether this is "
        "one is not on record. Not decided is not no."
    ),
    "order.fact_missing": ("This provider asks for a value before the order, and it is not on record."),
    "order.field_differs": (
        "The portal shows another value than was ordered. Have the order corrected before "
        "anything goes to the provider."
    ),
    "order.field_missing": ("The order form has a field for which nothing is on record."),
    "order.nat_not_reviewed": ("A public cloud product needs the NAT section reviewed before the order."),
    "order.not_ready": (
        "The order may not be placed yet. The note counts what is still open; `sci check NAME --for order` "
        "lists it with the fixes."
    ),
    "order.optional_missing": ("The order works without this value, at a cost that the finding names."),
    "order.private_ip_not_active": (
        "The port joins a Private IP network to the cloud. Without an active connection there is "
        "nothing to join, and billing starts anyway."
    ),
    "order.reminder": (
        "Something this provider's guide wants arranged when such an order is placed. It does not hold "
        "up the order."
    ),
    "order.security_undecided": (
        "Security products can only be ordered together with the new port. Deciding on none is a "
        "decision; not deciding is not."
    ),
    "order.step_due": (
        "The guide wants this step done together with the order. The order may be placed without it; "
        "the step stays open."
    ),
    "order.step_open": ("This provider wants a step closed before the order."),
    "order.step_skipped_over": (
        "A step before the order is open. Placing the order closes it, because it has no meaning afterwards."
    ),
    "order.vpn_missing": ("The order connects one Private IP VPN to the port; none is named."),
    "prefix.rejected": (
        "A line of a prefix list is not a prefix. Correct it, or leave such lines out with --skip-invalid."
    ),
    "prefix.skipped": ("A line that is not a prefix was left out because --skip-invalid was given."),
    "prefix.special_use": (
        "The range has a meaning of its own in every network, so it cannot, or can only with "
        "care, be announced through a VPN."
    ),
    "backup.damaged": (
        "An earlier revision among the backups is damaged. The record itself is not concerned; that revision "
        "cannot be put back from here."
    ),
    "backup.none": (
        "A record has earlier revisions and none of them is among the backups, as after only the records "
        "were copied."
    ),
    "backup.left_line": (
        "When a damaged record was put back from a backup, newer backups stayed beside it. They hold what "
        "was recorded after that backup, and may be looked at for what has to be recorded again."
    ),
    "backup.other_history": (
        "A backup and its record agree up to some revision and differ after it. Either an earlier revision "
        "was put back by hand, or the history of one of them was rewritten."
    ),
    "draft.altered": ("A hand-off draft is not as it was when it was written and noted in the history."),
    "draft.missing": ("The history names a hand-off draft that is not in the folder of drafts."),
    "evidence.damaged": ("The content of a piece of evidence is not the one it is filed under."),
    "evidence.missing": ("A record refers to evidence that is not in the evidence folder."),
    "history.rewritten": (
        "A head that somebody noted is not part of the record's history: an event before it was changed, "
        "removed or added since. `sci help verify` says what can be concluded."
    ),
    "home.copy": (
        "A file lies among the records or the evidence that is none of them, such as the conflict copy of a "
        "program that synchronises folders. It is not used and never removed by sci."
    ),
    "home.leftover": ("A run that was killed left a temporary file. Nothing refers to it."),
    "profile.not_acceptable": (
        "Something in a profile file is not as it has to be, or the file cannot be read at all. The finding "
        "names file, line and column; an activation cannot go by such a profile."
    ),
    "profile.pin_damaged": (
        "The profile that activations go on with is kept with them, and this copy is damaged or missing."
    ),
    "profile.differs": (
        "An activation goes by the content of its profile that it began with, or that somebody let it go "
        "over to. The file has other content by now. `sci profile rebase NAME --plan` shows what that would "
        "mean; nothing changes by itself."
    ),
    "profile.order_placed": (
        "Gates and form fields speak about an order that is to be placed. One that is placed stays as it is."
    ),
    "profile.part_gone": (
        "Something is on record about a step, a fact or a stage that the profile does not have any more. It "
        "stays in the record and its history and closes nothing."
    ),
    "profile.recipients_change": (
        "With the other content of the profile the hand-off goes to other people, who receive the customer's "
        "configuration. Going over asks for the activation's name."
    ),
    "profile.recipients_not_trusted": (
        "A profile that did not come with the program names recipients nobody here has agreed to. Compare "
        "them, then `sci profile trust` records the consent."
    ),
    "profile.value_not_accepted": (
        "A value on record could not be recorded under the other content of the profile. It stays until it "
        "is corrected; a step that it closes is open."
    ),
    "record.missing": ("There are backups of an activation whose record is gone."),
    "record.unreadable": (
        "The record of one activation cannot be read or fails its check, so it is left out of a list "
        "over all. `sci status NAME` says what is wrong with it and how to put it right."
    ),
    "record.changes_lost": (
        "A damaged record was put back from a backup. What was recorded after that backup was in the damaged "
        "file alone, which is kept beside the record; it has to be recorded again."
    ),
    "record.clock_behind": (
        "The clock of the machine went backwards between two changes. Changes keep their order by "
        "number, but the times beside them may be wrong."
    ),
    "step.late": ("The step's clock has run out while it is open."),
    "vpn.max_exceeded": (
        "More prefixes than MAX. The finding carries the text of a request to the account team."
    ),
    "vpn.max_unknown": (
        "MAX of a VPN is not on record. It is not unlimited: without it nobody can say whether "
        "the prefixes fit."
    ),
    "vpn.after_order": (
        "The plan has several VPNs before there is a port. The order connects one; others are added after it."
    ),
    "vpn.aggregation": (
        "How many prefixes would hold exactly the addresses of a VPN. Fewer prefixes count less against MAX; "
        "announcing them that way is the network team's work."
    ),
    "vpn.cloud_range": ("A prefix of a VPN shares addresses with a range that is used in the cloud."),
    "vpn.on_other_port": ("A VPN of the same name is on another port of the customer."),
    "vpn.other_port_overlap": (
        "A prefix shares addresses with another VPN on another port of the same customer."
    ),
    "vpn.others_not_compared": (
        "There are very many activations; a plan looks through the first of them only."
    ),
    "vpn.peering_overlap": ("A prefix of a VPN shares addresses with a subnet the connection itself uses."),
    "vpn.usual_max": (
        "What MAX the Private IP terms name for a number of sites. It is help for asking; only Verizon knows "
        "the MAX of a VPN."
    ),
    "vpn.near_max": ("Most of MAX is used. The next site or range may not fit."),
    "port.shut_down": (
        "The port's admin status on record is Shutdown. No VPN reaches the cloud through it until No "
        "Shutdown is chosen in the portal and recorded here."
    ),
    "port.unconfirmed": (
        "A change of the port's admin status was asked for, and nobody has recorded what the portal shows. "
        "Confirm it when the portal shows it, or withdraw it."
    ),
    "vpn.prefix_duplicate": ("The same prefix was given more than once. It counts once."),
    "vpn.prefix_nested": (
        "One prefix lies inside another of the same VPN. That is normal routing, and both count."
    ),
    "vpn.prefix_overlap": (
        "Prefixes of two VPNs share addresses. On one port the cloud side could not tell them apart."
    ),
    "vpn.unconfirmed": (
        "A VPN, or its removal, was asked for in the portal, and nobody has recorded that the portal shows "
        "it. Until then the VPN counts against overlap and MAX."
    ),
    "vpn.provider_range": (
        "The provider uses these addresses itself, so traffic to them may never reach the customer."
    ),
    "prefix.left_out": (
        "A line of the file was passed over on purpose: a router's own address or range, a further page of a "
        "listing, a sheet without prefixes. What is on further pages is not looked at."
    ),
    "vpn.files_of_one_name": (
        "Several files have the name of one VPN. Their prefixes count as one VPN, so what they share is a "
        "duplicate and no overlap."
    ),
    "vpn.rows_left_out": (
        "A file with the prefixes of several VPNs was given together with the name of one. Only that one "
        "was taken."
    ),
    "vpn.provider_route_limit": (
        "The provider takes fewer routes than the port would offer. The guide does not say so; "
        "the source stands beside the finding."
    ),
}
