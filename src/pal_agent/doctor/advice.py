"""Why each thing goes wrong, most likely, and what mends it: one entry for every reason, in one place.

Words in braces are filled in by `wording`, quoted for a shell. Steps that begin with `$ ` are commands, to be run with
an account that may (the step before says which).
Sources: Microsoft Learn, "Microsoft Entra authentication and authorization error codes", "az ad app credential",
"az role assignment", "Troubleshoot Azure RBAC", "Understand throttling of Azure Resource Manager" (2025).
"""

from collections.abc import Mapping

from pal_agent.doctor import Advice
from pal_agent.model import Code
from pal_agent.settings import Auth, AzureCli, Certificate, ClientSecret, Federated, ManagedIdentity

AGAIN = "$ pal-agent doctor --target {target}"
GRANT = (
    "$ az role assignment create --assignee-object-id {object} --assignee-principal-type ServicePrincipal"
    " --role 'Support Request Contributor' --scope {scope}"
)

ADVICE: Mapping[Code, Advice] = {
    Code.CREDENTIAL_INVALID: Advice(
        cause="Azure does not accept what was presented, or there was nothing to present: the message says which.",
        steps=("Correct it where the configuration points ({presented}), then try again:", AGAIN),
    ),
    Code.CREDENTIAL_EXPIRED: Advice(
        cause="The secret has passed its end date. The link itself goes on earning, but can't be read or mended.",
        steps=(
            "Make a new secret, in the tenant where the application is registered:",
            "$ az ad app credential reset --id {application} --append --years 1",
            "Put it where the configuration points ({presented}), and correct expires: there.",
        ),
    ),
    Code.TENANT_NOT_FOUND: Advice(
        cause="The tenant ID in the configuration is mistyped, the tenant was deleted, or it is in another cloud.",
        steps=(
            "Look the ID up by one of the customer's domains; it is in the answer's issuer:",
            "$ curl -s {authority}/CUSTOMER_DOMAIN/v2.0/.well-known/openid-configuration",
            "Then correct {tenant} in the configuration.",
        ),
    ),
    Code.APP_NOT_IN_TENANT: Advice(
        cause="The customer never added this application to the tenant, or removed it. If it had a link, that went with"
        " it.",
        steps=(
            "An administrator of the customer's tenant adds it:",
            "$ az login --tenant {tenant}",
            "$ az ad sp create --id {application}",
            "The application must allow other tenants (in the tenant where it is registered):",
            "$ az ad app update --id {application} --sign-in-audience AzureADMultipleOrgs",
            "The customer then grants a role, and pal-agent apply makes the link.",
        ),
    ),
    Code.PRINCIPAL_DISABLED: Advice(
        cause="Somebody disabled the application or its service principal; while it is disabled, its link earns"
        " nothing.",
        steps=(
            "An administrator of the tenant enables it, if that is what the customer wants:",
            "$ az login --tenant {tenant}",
            "$ az ad sp update --id {application} --set accountEnabled=true",
        ),
    ),
    Code.BLOCKED_BY_POLICY: Advice(
        cause="A Conditional Access policy of the tenant keeps this application out, often by network location.",
        steps=(
            "An administrator of the tenant finds the policy:",
            "$ az login --tenant {tenant}",
            "$ az rest --method get --url https://graph.microsoft.com/v1.0/identity/conditionalAccess/policies",
            "They exclude application {application} from it, or allow the address that the agent runs at.",
        ),
    ),
    Code.WRONG_IDENTITY: Advice(
        cause="Sign-in worked, but as somebody else than the configuration says: another tenant or application.",
        steps=("Make tenant ({tenant}) and client_id ({application}) those of what is presented ({presented}).",),
    ),
    Code.FORBIDDEN: Advice(
        cause="The credential holds no role that allows this, or the role was granted minutes ago.",
        steps=(
            "An Owner or User Access Administrator there grants the least role that allows it, and that counts, too:",
            GRANT,
        ),
    ),
    Code.THROTTLED: Advice(
        cause="Azure asks to slow down: too many calls, by the agent or by others that share its tenant.",
        steps=("Try later, with fewer calls at a time:", f"{AGAIN} --jobs 4"),
    ),
    Code.TIMEOUT: Advice(
        cause="Azure did not answer within gather.timeout, or something on the way holds the connection.",
        steps=(
            "See how long a plain call takes, in seconds:",
            "$ curl -sS -o /dev/null -w '%{{time_total}}\\n' {manager}/",
            "If Azure is merely slow, give it more time: gather.timeout in the configuration.",
        ),
    ),
    Code.UNREACHABLE: Advice(
        cause="No connection: a name that does not resolve, a firewall, a proxy, or a certificate that is not trusted.",
        steps=(
            "Try both hosts as the same user on the same machine; the message tells which it is:",
            "$ curl -sS -o /dev/null {authority}/",
            "$ curl -sS -o /dev/null {manager}/",
            "Behind a proxy, set HTTPS_PROXY. Where traffic is inspected, name the company's CA in cloud.ca_bundle.",
        ),
    ),
    Code.BAD_RESPONSE: Advice(
        cause="Something else than Azure answered (a proxy, a sign-in page of the network), or Azure answered in a way"
        " that is not documented.",
        steps=(
            "See who answers there; Azure says 400 or 401 and names itself in the headers:",
            "$ curl -sSi {manager}/subscriptions",
            "If that is Azure and it comes back, please report it with the message above.",
        ),
    ),
    Code.PAGING_LOOP: Advice(
        cause="Azure's list does not end: its pages repeat. What it holds can't be known.",
        steps=("It usually passes. If it does not, open a support request with Azure, and try again:", AGAIN),
    ),
    Code.CSP_AUTOMATIC: Advice(
        cause="This is your own access as the customer's CSP partner. Microsoft credits it without a link, and takes"
        " none.",
        steps=("Nothing to do.",),
    ),
    Code.UNAVAILABLE: Advice(
        cause="Azure failed, or the service that answers this is not registered in the subscription.",
        steps=(
            "If the message says so, the customer registers the service that it names:",
            "$ az provider register --namespace {namespace} --subscription {subscription}",
            "Otherwise see https://azure.status.microsoft, and try again:",
            AGAIN,
        ),
    ),
    Code.INTERRUPTED: Advice(
        cause="The run was stopped before it got here; nothing is known.",
        steps=("Run it again:", AGAIN),
    ),
}

# What "presented" wants for mending, by kind of sign-in: the same reasons, another remedy.
PRESENTED: Mapping[type[Auth], Mapping[Code, Advice]] = {
    ClientSecret: {
        Code.CREDENTIAL_INVALID: Advice(
            cause="The secret is not one that Azure knows for this application: mistyped, the secret's ID in place of"
            " its value, deleted, not set at all, or so new that Azure needs another minute.",
            steps=(
                "See which secrets there are, in the tenant where the application is registered:",
                "$ az ad app credential list --id {application} --query '[].[hint,endDateTime]' -o table",
                "Make a new one beside them, and put it where the configuration points ({presented}):",
                "$ az ad app credential reset --id {application} --append --years 1",
            ),
        ),
    },
    Certificate: {
        Code.CREDENTIAL_INVALID: Advice(
            cause="The certificate can't be read, is past its end, is not registered with this application, or this"
            " machine's clock is wrong.",
            steps=(
                "See what it is ({presented}), and which ones Azure knows:",
                "$ az ad app credential list --id {application} --cert -o table",
                "Register its public half, in the tenant where the application is registered:",
                "$ az ad app credential reset --id {application} --append --cert @PUBLIC_HALF.pem",
            ),
        ),
    },
    Federated: {
        Code.CREDENTIAL_INVALID: Advice(
            cause="There is no token to present, or it does not match a federated credential of this application:"
            " issuer, subject and audience must be the same to the letter.",
            steps=(
                "Compare them with the token of the platform ({presented}):",
                "$ az ad app federated-credential list --id {application}",
            ),
        ),
    },
    ManagedIdentity: {
        Code.CREDENTIAL_INVALID: Advice(
            cause="This machine has no managed identity, or not the one that the configuration names.",
            steps=(
                "On the machine's resource, assign it (a virtual machine, for example):",
                "$ az vm identity show --name MACHINE --resource-group RESOURCE_GROUP",
            ),
        ),
    },
    AzureCli: {
        Code.CREDENTIAL_INVALID: Advice(
            cause="Nobody is signed in to the Azure CLI here, or not in this tenant.",
            steps=("$ az login --tenant {tenant}",),
        ),
        Code.CREDENTIAL_EXPIRED: Advice(
            cause="The session of the Azure CLI has ended.", steps=("$ az login --tenant {tenant}",)
        ),
        Code.WRONG_IDENTITY: Advice(
            cause="The Azure CLI is signed in, but to another tenant or as somebody else.",
            steps=("$ az account show", "$ az login --tenant {tenant}"),
        ),
    },
}

DELEGATED = Advice(
    cause="The Lighthouse delegation of this subscription gives the credential no role that allows this.",
    steps=(
        "The customer accepts an offer in which principal {object} has the role Reader for good, beside the others.",
        "See what is delegated, signed in to your own tenant:",
        "$ az managedservices assignment list --subscription {subscription} --include-definition",
    ),
)

NO_SUBSCRIPTION = Advice(
    cause="The credential holds no role in this tenant, or was granted one minutes ago. A link without a role earns"
    " nothing.",
    steps=(
        "An Owner or User Access Administrator of the customer grants the least role that counts:",
        GRANT,
    ),
)

ENDING = Advice(
    cause="From that day on the agent can't sign in; the link stays, but can't be read or mended.",
    steps=(
        "Renew it in good time, in the tenant where the application is registered:",
        "$ az ad app credential reset --id {application} --append --years 1",
        "Put it where the configuration points ({presented}), and correct expires: there.",
    ),
)

CLOCK = Advice(
    cause="This machine's clock is wrong. Tokens live for about an hour: with a clock that is off they seem to have"
    " ended, or not to have begun, and signing in with a certificate fails.",
    steps=("Let the machine keep time by itself:", "$ sudo timedatectl set-ntp true"),
)
