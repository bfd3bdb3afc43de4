"""The words of explanations, for readers who have never heard of them. Shown below each text that uses them."""

WORDS = {
    "Partner ID": "the number of a Microsoft partner's location, from Partner Center (the location or PLA ID, not the"
    " global one).",
    "link": "Partner Admin Link, PAL for short: a note that Azure keeps for one credential in one tenant, saying for"
    " which Partner ID it works. It grants no access and shows no data; it only tells Microsoft whom to credit.",
    "credential": "how a program signs in to Azure: nearly always a service principal with a secret or certificate.",
    "service principal": "the account of an application in a tenant; it has an object ID, by which roles are granted.",
    "tenant": "one organisation's directory in Microsoft Entra ID: usually one for each customer.",
    "target": "one credential in one tenant: what this agent looks at, one by one.",
    "subscription": "a container of Azure resources with its own bill.",
    "resource group": "a folder of resources inside a subscription.",
    "management group": "a folder of subscriptions; what is granted there holds for all of them.",
    "scope": "where something applies: a management group, a subscription, a resource group or one resource.",
    "role": "a named set of permissions, such as Contributor. An assignment gives a role to somebody at a scope, and"
    " so for everything inside that scope.",
    "eligible role": "a role that Microsoft's table of partner earned credit marks as counting. This has nothing to do"
    " with an eligible assignment.",
    "eligible assignment": "access that somebody may switch on for some hours when needed (in PIM), but doesn't have"
    " all the time.",
    "standing": "in force all day, every day: neither ending on a date nor switched on only when needed.",
    "PIM": "Privileged Identity Management, the part of Entra ID that gives access for a limited time.",
    "deny assignment": "the opposite of a role assignment: it forbids, and wins over every role.",
    "Lighthouse": "Azure's way to let a partner manage a customer's subscription from the partner's own tenant. The"
    " customer accepts a delegation, whose authorizations say who has which role.",
    "influence": "Azure consumption that Microsoft counts for a partner because the partner's linked credential holds"
    " an eligible role over it.",
    "partner earned credit": "PEC for short: a discount on the Azure bill of CSP partners, for what they manage with an"
    " eligible role all day long.",
    "required tier": "what your configuration asks for (policy.require): association (any role of a linked credential),"
    " influence (an eligible role) or pec (an eligible role that is standing and not denied).",
    "earn": "to count for your Partner ID, as far as this agent can tell from links and roles. What Microsoft really"
    " credited is to be seen only in Partner Center, weeks later.",
}
