"""Writes the files that the HCL benchmark reads: like real Terragrunt, and the same every time.

Real files are mostly objects of plain text with comments, then calls, interpolations, heredocs and
a few loops; the pieces below are chosen at about the rate at which a large public repository has
them. Every value is computed with functions that both implementations offer. A file has several
`locals` blocks, and a local refers only to locals of the blocks above its own.
"""

HEADER = '''# Settings of the clusters in this folder. Everything below is read by the units further
# down the tree, so keep the names stable and the comments up to date.

include "root" {
  path   = find_in_parent_folders("root.hcl")
  expose = true
}

terraform {
  source = "git::https://git.example.org/modules.git//cluster?ref=v2.14.0"

  before_hook "check" {
    commands = ["plan", "apply"]
    execute  = ["./check.sh", "--strict"]
  }
}

'''

GENERATE = '''generate "provider_{n}" {{
  path      = "provider_{n}.tf"
  if_exists = "overwrite_terragrunt"
  contents  = <<-EOF
    provider "example" {{
      endpoint = "https://${{local.pool_{n}.name}}.example.org:6443"
      insecure = false
    }}
  EOF
}}

'''


class Source:
    """A small generator of chance that does not depend on the version of anything."""

    def __init__(self, seed):
        self.state = seed

    def below(self, limit):
        self.state = (self.state * 6364136223846793005 + 1442695040888963407) % 2**64
        return (self.state >> 33) % limit

    def chance(self, percent):
        return self.below(100) < percent

    def pick(self, *items):
        return items[self.below(len(items))]


def facts(n, source):
    """What a person would write down about one pool of machines: data only."""
    zone = source.pick("zone-a", "zone-b", "zone-c")
    lines = [
        f"  # Pool {n}: {source.pick('workers', 'control plane', 'storage', 'ingress')} on the"
        f" {source.pick('first', 'second', 'third')} rack.",
        f"  pool_{n} = {{",
        f'    name    = "{source.pick("wk", "cp", "st")}-pool-{n}"',
        f'    region  = "{source.pick("eu-west", "eu-central", "us-east")}"',
        f"    count   = {1 + source.below(3)}",
        f"    cpu     = {2 ** (1 + source.below(5))}",
        f"    memory  = {2048 * (1 + source.below(16))}",
        f"    enabled = {source.pick('true', 'true', 'true', 'false')}",
        "    labels = {",
        f'      "topology.kubernetes.io/zone" = "{zone}"',
        f'      role                          = "{source.pick("worker", "storage", "edge")}"',
        "    }",
    ]
    if source.chance(60):
        lines.append("    # By position, the system disk first.")
        lines.append('    disks  = ["/dev/nvme0n1", "/dev/sda"]')
    if source.chance(50):
        lines.append(f'    taints = {source.pick("[]", "{}", chr(34) + "none" + chr(34))}')
    if source.chance(70):
        lines.append("    network = {")
        lines.append(f'      address = "10.{n % 250}.{source.below(250)}.{1 + source.below(250)}/24"')
        lines.append(f'      gateway = "10.{n % 250}.0.1"')
        lines.append(f"      vlan    = {100 + source.below(900)}  # ─ tagged ─")
        lines.append("      dhcp    = false")
        lines.append("    }")
    lines.append("  }")
    lines.append(f'  version_{n} = "v1.{source.below(12)}.{source.below(9)}"')
    return "\n".join(lines) + "\n\n"


def applications(n, source):
    """A table of versions, the most frequent kind of content."""
    names = ["cilium", "coredns", "flux", "metrics-server", "cert-manager", "external-dns", "zot"]
    lines = [f"  applications_{n} = {{"]
    for name in names[source.below(4):]:
        if source.chance(30):
            lines.append(f"    # renovate: datasource=helm depName={name}")
        lines.append(f'    {name} = {{')
        lines.append(
            f'      chart   = "oci://registry.example.org/charts/{name}"')
        lines.append(
            f'      version = "{source.below(9)}.{source.below(20)}.{source.below(20)}"')
        lines.append(f"      enabled = {source.pick('true', 'false')}")
        lines.append("    }")
    lines.append("  }")
    return "\n".join(lines) + "\n\n"


def derived(n, source):
    """What follows from the facts of one pool."""
    lines = [
        f"  nodes_{n} = [for index in range(local.pool_{n}.count) :"
        f' format("%s-%02d", local.pool_{n}.name, index + 1)]',
        f'  image_{n} = "factory.example.org/installer/${{local.pool_{n}.name}}:'
        f'${{local.version_{n}}}"',
        f'  zone_{n}  = upper(trimspace(local.pool_{n}.labels["topology.kubernetes.io/zone"]))',
    ]
    if source.chance(60):
        lines.append("  # Large machines get more of everything.")
        lines.append(
            f"  size_{n} = local.pool_{n}.memory > 8192 && local.pool_{n}.enabled"
            ' ? "large" : "small"')
    if source.chance(50):
        lines.append(f"  port_{n} = try(local.pool_{n}.port, {6000 + source.below(900)})")
    if source.chance(40):
        lines.append(
            f'  slug_{n} = replace(lower("${{local.pool_{n}.region}}-{n}"), "-", "_")')
    return "\n".join(lines) + "\n\n"


def collections(n, source):
    """Collections built from other collections."""
    lines = [
        f'  labels_{n} = merge(local.pool_{n}.labels, {{ zone = local.zone_{n}, "managed-by" ='
        ' "terragrunt" })',
    ]
    if source.chance(60):
        lines += [
            f"  by_name_{n} = {{",
            f"    for index, name in local.nodes_{n} : name => {{",
            f"      image   = local.image_{n}",
            f"      zone    = local.zone_{n}",
            '      address = "10.20.30.${index + 10}"',
            f"    }} if index < length(local.nodes_{n})",
            "  }",
        ]
    if source.chance(60):
        lines += [
            f"  arguments_{n} = concat([",
            '    "net.ifnames=0",',
            f'    "console=ttyS{source.below(4)}",',
            f'    "talos.platform=${{lookup(local.pool_{n}.labels, "platform", "metal")}}",',
            f"  ], local.nodes_{n})",
        ]
    return "\n".join(lines) + "\n\n"


def texts(n, source):
    """Longer text with values in it."""
    lines = [
        f"  patch_{n} = <<-EOT",
        "    machine:",
        "      install:",
        f"        image: ${{local.image_{n}}}",
        "        wipe: false  # keep what is on the disk",
        "      network:",
        f"        hostname: ${{local.nodes_{n}[0]}}",
        "  EOT",
    ]
    if source.chance(40):
        lines += [
            f"  hosts_{n} = <<-EOT",
            f"    %{{for name in local.nodes_{n} ~}}",
            f"    server ${{name}}.${{local.pool_{n}.region}}.example.org:6443",
            "    %{endfor ~}",
            "  EOT",
        ]
    if source.chance(50):
        lines.append(f"  document_{n} = jsonencode(local.labels_{n})")
    return "\n".join(lines) + "\n\n"


def inputs(count):
    lines = ["inputs = {"]
    for n in range(count):
        lines.append(f"  pool_{n}_image = local.image_{n}")
        lines.append(f"  pool_{n}_patch = local.patch_{n}")
    return "\n".join(lines + ["}"]) + "\n"


def render(count):
    source = Source(20_210_415)
    blocks = [[], [], [], []]
    generated = []
    for n in range(count):
        blocks[0].append(facts(n, source))
        if n % 4 == 2:
            blocks[0].append(applications(n, source))
        blocks[1].append(derived(n, source))
        blocks[2].append(collections(n, source))
        blocks[3].append(texts(n, source))
        if n % 8 == 0:
            generated.append(GENERATE.format(n=n))
    titles = ["What is given.", "What follows from it.", "Collections.", "Text for machines."]
    text = HEADER
    for title, parts in zip(titles, blocks):
        text += f"# {title}\nlocals {{\n{''.join(parts).rstrip()}\n}}\n\n"
    return (text + "".join(generated) + inputs(count)).encode()


def file_of(size):
    """The file with as many pools as come closest to a size in bytes."""
    low, high = 1, 2
    while len(render(high)) < size:
        low, high = high, high * 2
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (middle, high) if len(render(middle)) < size else (low, middle)
    return min(render(low), render(high), key=lambda file: abs(len(file) - size))
