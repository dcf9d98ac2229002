import ClusterModel

extension StatusReport {
    /// What the report says, as metrics: conditions, runs under way and nodes.
    public var metrics: [MetricsPage.Family] {
        [sourceMetric] + conditionMetrics + runMetrics + nodeMetrics
    }

    private var sourceMetric: MetricsPage.Family {
        let samples = source.map { source in
            Condition.allCases.map { condition in
                MetricsPage.Sample(
                    source.condition == condition ? 1 : 0, ["condition": condition.rawValue])
            }
        }
        return .init(
            "uprev_source_condition", .gauge,
            help: "1 for the condition that the watched branch is in, 0 for the others.",
            samples ?? [])
    }

    private var conditionMetrics: [MetricsPage.Family] {
        [
            .init(
                "uprev_cluster_condition", .gauge,
                help: "1 for the condition that the cluster is in, 0 for the others.",
                clusters.flatMap { cluster in
                    Condition.allCases.map { condition in
                        .init(
                            cluster.condition == condition ? 1 : 0,
                            ["cluster": cluster.cluster, "condition": condition.rawValue])
                    }
                }),
            .init(
                "uprev_cluster_ready", .gauge,
                help: "1 when the cluster is at the committed state, else 0.",
                samples { $0.condition == .ready ? 1 : 0 }),
            .init(
                "uprev_cluster_rule_info", .gauge,
                help: "Always 1; the label says which rule keeps the cluster from being ready.",
                clusters.compactMap { cluster in
                    cluster.rule.map { .init(1, ["cluster": cluster.cluster, "rule": $0]) }
                }),
            .init(
                "uprev_cluster_rewrite_held", .gauge,
                help: "1 while rewritten history waits for a person to accept it, else 0.",
                samples { $0.rewrite == nil ? 0 : 1 }),
            .init(
                "uprev_cluster_nodes", .gauge, help: "Nodes that were seen when last looked at.",
                samples { Double($0.nodes.count) }),
            .init(
                "uprev_cluster_stale_nodes", .gauge,
                help: "Nodes that differ from what is committed, or do not answer.",
                samples { Double($0.nodes.count(where: \.stale)) }),
        ]
    }

    private var runMetrics: [MetricsPage.Family] {
        [
            .init(
                "uprev_run_in_progress", .gauge, help: "1 while a run is under way, else 0.",
                samples { $0.run == nil ? 0 : 1 }),
            .init(
                "uprev_run_step", .gauge,
                help: "The step, counted from 1, that the run under way is at.",
                samples { $0.run.map { Double($0.step) } }),
            .init(
                "uprev_run_steps", .gauge, help: "How many steps the run under way has.",
                samples { $0.run.map { Double($0.steps) } }),
        ]
    }

    private var nodeMetrics: [MetricsPage.Family] {
        let nodes = clusters.flatMap { cluster in
            cluster.nodes.map { (cluster: cluster.cluster, node: $0) }
        }
        return [
            .init(
                "uprev_node_info", .gauge,
                help: "Always 1; the labels say what is installed on a node and committed for it.",
                nodes.map { cluster, node in
                    .init(
                        1,
                        [
                            "cluster": cluster, "node": node.node, "role": node.role.rawValue,
                            "talos_installed": node.installed.talos ?? "",
                            "talos_committed": node.committed.talos ?? "",
                            "kubernetes_installed": node.installed.kubernetes ?? "",
                            "kubernetes_committed": node.committed.kubernetes ?? "",
                        ])
                }),
            .init(
                "uprev_node_stale", .gauge,
                help: "1 for a node that differs from what is committed or does not answer.",
                nodes.map { cluster, node in
                    .init(node.stale ? 1 : 0, ["cluster": cluster, "node": node.node])
                }),
        ]
    }

    private func samples(
        _ value: (ClusterStatus) -> Double?
    ) -> [MetricsPage.Sample] {
        clusters.compactMap { cluster in
            value(cluster).map { .init($0, ["cluster": cluster.cluster]) }
        }
    }
}
