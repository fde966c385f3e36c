"""Migrations that found a database in seconds."""

from django.db.migrations.operations.base import Operation, OperationCategory


class CreateModels(Operation):
    """Several new models at once, in an order in which each finds what it refers to.

    The same as their ``CreateModel`` operations one after the other, but what Django keeps of all models
    is made anew once, not after every one of them: that took four fifths of the time of a fresh ``migrate``.
    """

    category = OperationCategory.ADDITION
    serialization_expand_args = ["operations"]

    def __init__(self, operations):
        self.operations = operations

    def deconstruct(self):
        return type(self).__name__, [self.operations], {}

    def state_forwards(self, app_label, state):
        state.__dict__.pop("apps", None)  # made again by whoever asks next
        for operation in self.operations:
            operation.state_forwards(app_label, state)

    def database_forwards(self, app_label, schema_editor, from_state, to_state):
        for operation in self.operations:
            operation.database_forwards(app_label, schema_editor, from_state, to_state)

    def database_backwards(self, app_label, schema_editor, from_state, to_state):
        for operation in reversed(self.operations):
            operation.database_backwards(app_label, schema_editor, from_state, to_state)

    def references_model(self, name, app_label):
        return any(operation.references_model(name, app_label) for operation in self.operations)

    def describe(self):
        return f"Create {len(self.operations)} models at once"
