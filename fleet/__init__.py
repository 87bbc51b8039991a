"""For those who look after many stoves: lists, credentials, dashboards, alerts and staged updates."""
