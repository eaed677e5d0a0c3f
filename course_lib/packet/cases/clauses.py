"""Contract clauses: sentences of supplier contracts, and the risk that each one carries for the buyer."""

from course_lib.packet.cases.base import Topic

TASK = "A clause of a supplier contract follows. Choose the risk that it carries for the buyer."

TOPICS = {
    "liability": {
        "en": Topic(
            "the supplier's liability is excluded or capped too low, or the buyer indemnifies",
            ("liability", "indemnify", "damages"),
            (
                "The supplier's liability is limited to {n} EUR in each contract year.",
                "The buyer shall indemnify the supplier against every claim of third parties.",
                "The supplier owes no damages for lost data or lost profit.",
                "Whatever goes wrong, the buyer may recover no more than the fees of {month}.",
                "The {product} is provided as it is, and its use is at the buyer's own risk.",
            ),
        ),
        "de": Topic(
            "die Haftung des Lieferanten ist ausgeschlossen oder zu niedrig, oder der Käufer stellt frei",
            ("haftung", "freistellen", "schadensersatz"),
            (
                "Die Haftung des Lieferanten ist auf {n} EUR je Vertragsjahr begrenzt.",
                "Der Käufer wird den Lieferanten von allen Ansprüchen Dritter freistellen.",
                "Für verlorene Daten schuldet der Lieferant keinen Schadensersatz.",
                "Was auch geschieht, der Käufer erhält höchstens die Entgelte vom {month} zurück.",
                "{product} wird bereitgestellt, wie es ist; die Nutzung erfolgt auf eigene Gefahr.",
            ),
        ),
        "fr": Topic(
            "la responsabilité du fournisseur est exclue ou trop basse, ou l'acheteur garantit",
            ("responsabilité", "indemniser", "dommages"),
            (
                "La responsabilité du fournisseur est limitée à {n} EUR par année de contrat.",
                "L'acheteur doit indemniser le fournisseur contre toute demande de tiers.",
                "Le fournisseur ne doit pas de dommages pour les données perdues.",
                "Quoi qu'il arrive, l'acheteur ne récupère que les frais de {month}.",
                "{product} est fourni en l'état, son usage est aux risques de l'acheteur.",
            ),
        ),
        "es": Topic(
            "la responsabilidad del proveedor se excluye o es muy baja, o el comprador indemniza",
            ("responsabilidad", "indemnizar", "daños"),
            (
                "La responsabilidad del proveedor se limita a {n} EUR por año de contrato.",
                "El comprador debe indemnizar al proveedor ante toda reclamación de terceros.",
                "El proveedor no responde de daños por datos perdidos.",
                "Pase lo que pase, el comprador recupera solo las tarifas de {month}.",
                "{product} se entrega tal como es y su uso corre por cuenta del comprador.",
            ),
        ),
    },
    "renewal": {
        "en": Topic(
            "the contract renews itself, or the buyer can leave only late",
            ("renew", "renewal", "term"),
            (
                "The contract shall renew for {n} months unless notice is given before {month}.",
                "After renewal the fees of the supplier's new list apply.",
                "The initial term is {n} months and cannot be shortened.",
                "Silence until {month} counts as consent to another {n} months.",
                "The buyer may leave only once a year, in writing, in the first week of {month}.",
            ),
        ),
        "de": Topic(
            "der Vertrag verlängert sich von selbst, oder der Käufer kommt spät heraus",
            ("verlängert", "verlängerung", "laufzeit"),
            (
                "Der Vertrag verlängert sich um {n} Monate, wenn nicht vor dem {month} gekündigt wird.",
                "Nach der Verlängerung gelten die Entgelte der neuen Liste.",
                "Die erste Laufzeit beträgt {n} Monate und ist nicht verkürzbar.",
                "Schweigen bis {month} gilt als Zustimmung zu weiteren {n} Monaten.",
                "Der Käufer darf nur einmal im Jahr aussteigen, schriftlich, in der ersten Woche des {month}.",
            ),
        ),
        "fr": Topic(
            "le contrat se renouvelle seul, ou l'acheteur ne peut sortir que tard",
            ("renouvelle", "renouvellement", "durée"),
            (
                "Le contrat se renouvelle pour {n} mois sauf avis donné avant {month}.",
                "Après le renouvellement, les frais de la nouvelle liste s'appliquent.",
                "La durée initiale est de {n} mois et ne peut être réduite.",
                "Le silence jusqu'en {month} vaut accord pour {n} mois de plus.",
                "L'acheteur ne peut sortir qu'une fois par an, par écrit, la première semaine de {month}.",
            ),
        ),
        "es": Topic(
            "el contrato se renueva solo, o el comprador solo puede salir tarde",
            ("renueva", "renovación", "duración"),
            (
                "El contrato se renueva por {n} meses salvo aviso antes de {month}.",
                "Tras la renovación rigen las tarifas de la nueva lista.",
                "La duración inicial es de {n} meses y no puede acortarse.",
                "El silencio hasta {month} vale como acuerdo por otros {n} meses.",
                "El comprador solo puede salir una vez al año, por escrito, la primera semana de {month}.",
            ),
        ),
    },
    "data_use": {
        "en": Topic(
            "the supplier may use, keep or move the buyer's data",
            ("data", "transfer", "train"),
            (
                "The supplier may use the buyer's data to improve the {product}.",
                "The supplier may transfer records to partners in {n} countries.",
                "Inputs may be used to train models of the supplier.",
                "Copies of what users enter are kept for {n} months after the end.",
                "Employees of affiliates may read the contents for quality purposes until {month}.",
            ),
        ),
        "de": Topic(
            "der Lieferant darf Daten des Käufers nutzen, behalten oder weitergeben",
            ("daten", "übermitteln", "trainieren"),
            (
                "Der Lieferant darf die Daten des Käufers nutzen, um {product} zu verbessern.",
                "Der Lieferant darf Aufzeichnungen an Partner in {n} Ländern übermitteln.",
                "Mit den Eingaben darf der Lieferant Modelle trainieren.",
                "Kopien der Eingaben werden nach dem Ende {n} Monate aufbewahrt.",
                "Mitarbeiter verbundener Firmen dürfen die Inhalte bis {month} zur Qualitätssicherung lesen.",
            ),
        ),
        "fr": Topic(
            "le fournisseur peut utiliser, garder ou transférer les données de l'acheteur",
            ("données", "transférer", "entraîner"),
            (
                "Le fournisseur peut utiliser les données de l'acheteur pour améliorer {product}.",
                "Le fournisseur peut transférer les dossiers à des partenaires dans {n} pays.",
                "Les saisies peuvent servir à entraîner les modèles du fournisseur.",
                "Des copies des saisies sont gardées {n} mois après la fin.",
                "Le personnel des sociétés liées peut lire les contenus jusqu'en {month} pour la qualité.",
            ),
        ),
        "es": Topic(
            "el proveedor puede usar, guardar o mover los datos del comprador",
            ("datos", "transferir", "entrenar"),
            (
                "El proveedor puede usar los datos del comprador para mejorar {product}.",
                "El proveedor puede transferir registros a socios en {n} países.",
                "Las entradas pueden servir para entrenar modelos del proveedor.",
                "Se guardan copias de lo escrito durante {n} meses tras el final.",
                "El personal de empresas vinculadas puede leer los contenidos hasta {month} por calidad.",
            ),
        ),
    },
    "price_change": {
        "en": Topic(
            "the supplier may raise prices or add fees alone",
            ("price", "increase", "fees"),
            (
                "The supplier may change the price of the {product} with {n} days' notice.",
                "An annual increase of {n} percent is agreed in advance.",
                "Additional fees apply for support outside office hours.",
                "From {month} on, amounts follow the supplier's list in its latest version.",
                "Above {n} users each further seat is billed at twice the rate.",
            ),
        ),
        "de": Topic(
            "der Lieferant darf Preise allein erhöhen oder Entgelte hinzufügen",
            ("preis", "erhöhung", "entgelte"),
            (
                "Der Lieferant darf den Preis von {product} mit {n} Tagen Frist ändern.",
                "Eine jährliche Erhöhung um {n} Prozent ist vorab vereinbart.",
                "Zusätzliche Entgelte gelten für Hilfe außerhalb der Bürozeiten.",
                "Ab {month} richten sich die Beträge nach der jeweils neuesten Liste des Lieferanten.",
                "Über {n} Nutzer hinaus kostet jeder weitere Platz das Doppelte.",
            ),
        ),
        "fr": Topic(
            "le fournisseur peut seul augmenter les prix ou ajouter des frais",
            ("prix", "augmentation", "frais"),
            (
                "Le fournisseur peut changer le prix de {product} avec {n} jours d'avis.",
                "Une augmentation annuelle de {n} pour cent est convenue d'avance.",
                "Des frais supplémentaires s'appliquent à l'aide hors des heures de bureau.",
                "Dès {month}, les montants suivent la dernière liste du fournisseur.",
                "Au-delà de {n} utilisateurs, chaque place de plus coûte le double.",
            ),
        ),
        "es": Topic(
            "el proveedor puede subir precios o añadir tarifas por sí solo",
            ("precio", "aumento", "tarifas"),
            (
                "El proveedor puede cambiar el precio de {product} con {n} días de aviso.",
                "Se acuerda por adelantado un aumento anual del {n} por ciento.",
                "Se aplican tarifas adicionales por ayuda fuera de horario.",
                "Desde {month} los importes siguen la última lista del proveedor.",
                "Por encima de {n} usuarios cada plaza más cuesta el doble.",
            ),
        ),
    },
    "ownership": {
        "en": Topic(
            "the supplier owns results, or the buyer's rights of use are narrow",
            ("ownership", "license", "intellectual"),
            (
                "Ownership of all results made for the buyer stays with the supplier.",
                "The buyer receives a license for {n} named users only.",
                "All intellectual property in reports of {month} belongs to the supplier.",
                "What the parties develop together may be sold by the supplier alone.",
                "After the end the buyer may no longer use the evaluations made with the {product}.",
            ),
        ),
        "de": Topic(
            "dem Lieferanten gehören die Ergebnisse, oder die Nutzungsrechte sind eng",
            ("eigentum", "lizenz", "urheberrecht"),
            (
                "Das Eigentum an allen Ergebnissen für den Käufer bleibt beim Lieferanten.",
                "Der Käufer erhält eine Lizenz nur für {n} benannte Nutzer.",
                "Das Urheberrecht an Berichten vom {month} steht dem Lieferanten zu.",
                "Was die Parteien gemeinsam entwickeln, darf allein der Lieferant verkaufen.",
                "Nach dem Ende darf der Käufer die Auswertungen aus {product} nicht mehr verwenden.",
            ),
        ),
        "fr": Topic(
            "le fournisseur possède les résultats, ou les droits d'usage sont étroits",
            ("propriété", "licence", "auteur"),
            (
                "La propriété de tous les résultats reste au fournisseur.",
                "L'acheteur reçoit une licence pour {n} utilisateurs nommés seulement.",
                "Le droit d'auteur sur les rapports de {month} appartient au fournisseur.",
                "Ce que les parties développent ensemble, seul le fournisseur peut le vendre.",
                "Après la fin, l'acheteur ne peut plus utiliser les analyses faites avec {product}.",
            ),
        ),
        "es": Topic(
            "el proveedor es dueño de los resultados, o los derechos de uso son estrechos",
            ("propiedad", "licencia", "autor"),
            (
                "La propiedad de todos los resultados queda en el proveedor.",
                "El comprador recibe una licencia solo para {n} usuarios nombrados.",
                "El derecho de autor sobre los informes de {month} pertenece al proveedor.",
                "Lo que las partes desarrollen juntas solo lo puede vender el proveedor.",
                "Tras el final el comprador ya no puede usar los análisis hechos con {product}.",
            ),
        ),
    },
    "no_risk": {
        "en": Topic(
            "a usual clause without a special risk for the buyer",
            ("notices", "headings", "severability"),
            (
                "Notices under this contract are sent to the addresses on page {n}.",
                "Headings are for reading only and do not change the meaning of a clause.",
                "Severability: if a clause is void, the others stay in force.",
                "The parties sign {n} originals, and each party keeps one.",
                "The contract is written in English and is dated {month}.",
            ),
        ),
        "de": Topic(
            "eine übliche Klausel ohne besonderes Risiko für den Käufer",
            ("mitteilungen", "überschriften", "salvatorisch"),
            (
                "Mitteilungen gehen an die Anschriften auf Seite {n}.",
                "Überschriften dienen nur dem Lesen und ändern den Sinn nicht.",
                "Salvatorisch: Ist eine Klausel nichtig, bleiben die übrigen in Kraft.",
                "Die Parteien unterzeichnen {n} Urschriften, jede Partei behält eine.",
                "Der Vertrag ist auf Deutsch geschrieben und trägt als Datum den {month}.",
            ),
        ),
        "fr": Topic(
            "une clause usuelle sans risque particulier pour l'acheteur",
            ("avis", "titres", "divisibilité"),
            (
                "Les avis sont envoyés aux adresses de la page {n}.",
                "Les titres servent à la lecture et ne changent pas le sens.",
                "Divisibilité : si une clause est nulle, les autres restent en vigueur.",
                "Les parties signent {n} originaux, chaque partie en garde un.",
                "Le contrat est écrit en français et porte la date de {month}.",
            ),
        ),
        "es": Topic(
            "una cláusula usual sin riesgo especial para el comprador",
            ("avisos", "títulos", "divisibilidad"),
            (
                "Los avisos se envían a las direcciones de la página {n}.",
                "Los títulos sirven para leer y no cambian el sentido.",
                "Divisibilidad: si una cláusula es nula, las demás siguen vigentes.",
                "Las partes firman {n} originales y cada parte guarda uno.",
                "El contrato está escrito en español y lleva la fecha de {month}.",
            ),
        ),
    },
}

BEFORE = {
    "en": ("", "Section {n}.", "{n}.1"),
    "de": ("", "Paragraf {n}.", "{n}.1"),
    "fr": ("", "Article {n}.", "{n}.1"),
    "es": ("", "Artículo {n}.", "{n}.1"),
}
AFTER = {
    "en": ("", "This holds for all orders.", "Annex {n} gives the details."),
    "de": ("", "Dies gilt für alle Bestellungen.", "Anlage {n} nennt die Einzelheiten."),
    "fr": ("", "Ceci vaut pour toutes les commandes.", "L'annexe {n} donne les détails."),
    "es": ("", "Esto vale para todos los pedidos.", "El anexo {n} da los detalles."),
}
