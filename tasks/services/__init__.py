"""One module per noun: ``campaign.open_campaign(…)``, ``items.submit(…)``, ``evidence.add(…)``."""
