"""Programs that a bench starts apart, each in a process of its own: the only ones here that import Streamlit."""
