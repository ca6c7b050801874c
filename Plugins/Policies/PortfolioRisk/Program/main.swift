import PluginKit
import PortfolioRisk

PolicyMain.run(PortfolioRiskPolicy.self, name: "portfolio-risk", version: "1.0.0")
