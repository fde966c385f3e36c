"""The pages of dues (党费), one module per page."""
