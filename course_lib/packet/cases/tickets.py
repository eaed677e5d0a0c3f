"""Ticket triage: support tickets of a shop for home-office equipment, and the eight queues that they go to."""

from course_lib.packet.cases.base import Topic

TASK = "A customer wrote a support ticket. Choose the queue that answers it."

TOPICS = {
    "billing": {
        "en": Topic(
            "invoices, charges, payment methods and refunds that have not arrived",
            ("invoice", "charged", "payment"),
            (
                "The invoice for {month} shows {n} USD twice.",
                "I was charged {n} USD although the trial of the {product} had ended.",
                "The payment page refuses my company card since {month}.",
                "Where are the {n} USD that you promised to send back in {month}?",
                "Our accountant says the tax number on your document of {month} is wrong.",
            ),
        ),
        "de": Topic(
            "Rechnungen, Abbuchungen, Zahlungsarten und Erstattungen, die fehlen",
            ("rechnung", "abgebucht", "zahlung"),
            (
                "Auf der Rechnung vom {month} stehen {n} Euro doppelt.",
                "Es wurden {n} Euro abgebucht, obwohl die Probezeit für {product} vorbei war.",
                "Die Zahlung mit unserer Firmenkarte klappt seit {month} nicht mehr.",
                "Wo bleiben die {n} Euro, die Sie mir im {month} gutschreiben wollten?",
                "Unsere Buchhaltung meint, die Steuernummer auf Ihrem Beleg vom {month} sei falsch.",
            ),
        ),
        "fr": Topic(
            "factures, prélèvements, moyens de paiement et remboursements absents",
            ("facture", "prélevé", "paiement"),
            (
                "La facture de {month} compte deux fois {n} euros.",
                "On m'a prélevé {n} euros alors que l'essai de {product} était terminé.",
                "Le paiement par carte d'entreprise est refusé depuis {month}.",
                "Où sont les {n} euros que vous deviez me rendre en {month} ?",
                "Notre comptable dit que le numéro fiscal de votre document de {month} est faux.",
            ),
        ),
        "es": Topic(
            "facturas, cargos, formas de pago y reembolsos que no llegan",
            ("factura", "cobrado", "pago"),
            (
                "La factura de {month} cuenta dos veces {n} euros.",
                "Me han cobrado {n} euros aunque la prueba de {product} había terminado.",
                "El pago con la tarjeta de la empresa falla desde {month}.",
                "¿Dónde están los {n} euros que prometieron devolverme en {month}?",
                "Nuestro contable dice que el número fiscal de su documento de {month} está mal.",
            ),
        ),
    },
    "login": {
        "en": Topic(
            "passwords, locked accounts, two-factor codes and access rights",
            ("password", "login", "locked"),
            (
                "My password for the {product} portal is refused after the update in {month}.",
                "The login code never reaches my phone, I tried {n} times.",
                "My account is locked after {n} attempts.",
                "A new colleague cannot get into the {product} portal since {month}.",
                "The page sends me in circles and asks who I am again and again.",
            ),
        ),
        "de": Topic(
            "Passwörter, gesperrte Konten, Zwei-Faktor-Codes und Zugriffsrechte",
            ("passwort", "anmeldung", "gesperrt"),
            (
                "Mein Passwort für das Portal von {product} wird seit {month} abgelehnt.",
                "Der Code für die Anmeldung kommt nicht an, ich habe es {n} Mal versucht.",
                "Mein Konto ist nach {n} Versuchen gesperrt.",
                "Eine neue Kollegin kommt seit {month} nicht in das Portal von {product}.",
                "Die Seite schickt mich im Kreis und fragt immer wieder, wer ich bin.",
            ),
        ),
        "fr": Topic(
            "mots de passe, comptes bloqués, codes à deux facteurs et droits d'accès",
            ("passe", "connexion", "bloqué"),
            (
                "Mon mot de passe du portail {product} est refusé depuis {month}.",
                "Le code de connexion n'arrive jamais, j'ai essayé {n} fois.",
                "Mon compte est bloqué après {n} tentatives.",
                "Une nouvelle collègue ne peut pas entrer dans le portail {product} depuis {month}.",
                "La page tourne en rond et me demande sans cesse qui je suis.",
            ),
        ),
        "es": Topic(
            "contraseñas, cuentas bloqueadas, códigos de dos factores y permisos",
            ("contraseña", "sesión", "bloqueada"),
            (
                "Mi contraseña del portal de {product} no vale desde {month}.",
                "El código para iniciar sesión no llega, lo intenté {n} veces.",
                "Mi cuenta está bloqueada después de {n} intentos.",
                "Una compañera nueva no puede entrar en el portal de {product} desde {month}.",
                "La página da vueltas y pregunta una y otra vez quién soy.",
            ),
        ),
    },
    "shipping": {
        "en": Topic(
            "parcels on their way, delivery dates, addresses and customs",
            ("parcel", "delivery", "courier"),
            (
                "The parcel with the {product} was due in {month} and has not come.",
                "Please change the delivery address of order {n}.",
                "The courier left my {product} with a neighbour whom I do not know.",
                "Order {n} has been sitting at customs since {month}.",
                "When will the {product} that I ordered in {month} get here?",
            ),
        ),
        "de": Topic(
            "Pakete unterwegs, Liefertermine, Adressen und Zoll",
            ("paket", "lieferung", "bote"),
            (
                "Das Paket mit {product} sollte im {month} kommen und ist nicht da.",
                "Bitte ändern Sie die Adresse für die Lieferung der Bestellung {n}.",
                "Der Bote hat {product} bei einem Nachbarn abgegeben, den ich nicht kenne.",
                "Bestellung {n} liegt seit {month} beim Zoll.",
                "Wann trifft {product} ein, das ich im {month} bestellt habe?",
            ),
        ),
        "fr": Topic(
            "colis en route, dates de livraison, adresses et douane",
            ("colis", "livraison", "livreur"),
            (
                "Le colis avec {product} devait arriver en {month} et n'est pas là.",
                "Veuillez changer l'adresse de livraison de la commande {n}.",
                "Le livreur a laissé {product} chez un voisin que je ne connais pas.",
                "La commande {n} attend à la douane depuis {month}.",
                "Quand arrivera {product} que j'ai commandé en {month} ?",
            ),
        ),
        "es": Topic(
            "paquetes en camino, fechas de entrega, direcciones y aduana",
            ("paquete", "entrega", "repartidor"),
            (
                "El paquete con {product} debía llegar en {month} y no está.",
                "Cambien por favor la dirección de entrega del pedido {n}.",
                "El repartidor dejó {product} con un vecino que no conozco.",
                "El pedido {n} espera en la aduana desde {month}.",
                "¿Cuándo llegará {product} que pedí en {month}?",
            ),
        ),
    },
    "returns": {
        "en": Topic(
            "broken or unwanted goods, warranty, exchange and repair",
            ("return", "broken", "warranty"),
            (
                "I want to return the {product}, it is too large for my desk.",
                "The {product} arrived broken, its stand has a crack.",
                "Is the {product} that I bought in {month} still under warranty?",
                "Please exchange my {product}, it flickers after {n} minutes.",
                "Half of the keys of the {product} have stopped working since {month}.",
            ),
        ),
        "de": Topic(
            "defekte oder unerwünschte Ware, Garantie, Umtausch und Reparatur",
            ("zurückgeben", "kaputt", "garantie"),
            (
                "Ich möchte {product} zurückgeben, es ist zu groß für meinen Tisch.",
                "{product} kam kaputt an, der Ständer hat einen Riss.",
                "Gilt für {product} vom {month} noch die Garantie?",
                "Bitte tauschen Sie {product} um, es flackert nach {n} Minuten.",
                "Die Hälfte der Tasten von {product} geht seit {month} nicht mehr.",
            ),
        ),
        "fr": Topic(
            "articles défectueux ou non voulus, garantie, échange et réparation",
            ("renvoyer", "cassé", "garantie"),
            (
                "Je voudrais renvoyer {product}, il est trop grand pour mon bureau.",
                "{product} est arrivé cassé, le pied a une fissure.",
                "La garantie de {product} acheté en {month} court-elle encore ?",
                "Veuillez échanger {product}, il clignote après {n} minutes.",
                "La moitié des touches de {product} ne marche plus depuis {month}.",
            ),
        ),
        "es": Topic(
            "artículos defectuosos o no deseados, garantía, cambio y reparación",
            ("devolver", "roto", "garantía"),
            (
                "Quiero devolver {product}, es demasiado grande para mi mesa.",
                "{product} llegó roto, el pie tiene una grieta.",
                "¿Sigue en garantía {product} que compré en {month}?",
                "Cambien por favor {product}, parpadea a los {n} minutos.",
                "La mitad de las teclas de {product} no funciona desde {month}.",
            ),
        ),
    },
    "outage": {
        "en": Topic(
            "the portal or a service is down or very slow for many people",
            ("down", "outage", "unavailable"),
            (
                "The {product} portal is down for our whole office.",
                "Is there an outage? {n} colleagues see error 503.",
                "The service is unavailable since this morning, and {n} people wait.",
                "Nobody here can work, every page of the portal takes {n} seconds.",
                "All our {n} screens show the same white page.",
            ),
        ),
        "de": Topic(
            "das Portal oder ein Dienst steht oder ist für viele sehr langsam",
            ("störung", "ausfall", "erreichbar"),
            (
                "Gibt es eine Störung im Portal von {product}? Das ganze Büro wartet.",
                "Wir haben einen Ausfall, {n} Kollegen sehen den Fehler 503.",
                "Der Dienst ist seit heute früh nicht erreichbar, {n} Leute warten.",
                "Niemand kann arbeiten, jede Seite des Portals braucht {n} Sekunden.",
                "Alle unsere {n} Bildschirme zeigen dieselbe weiße Seite.",
            ),
        ),
        "fr": Topic(
            "le portail ou un service est en panne ou très lent pour beaucoup de monde",
            ("panne", "indisponible", "interruption"),
            (
                "Le portail {product} est en panne pour tout notre bureau.",
                "Y a-t-il une interruption ? {n} collègues voient l'erreur 503.",
                "Le service est indisponible depuis ce matin et {n} personnes attendent.",
                "Personne ne peut travailler, chaque page du portail prend {n} secondes.",
                "Nos {n} écrans montrent tous la même page blanche.",
            ),
        ),
        "es": Topic(
            "el portal o un servicio está caído o muy lento para mucha gente",
            ("caído", "interrupción", "disponible"),
            (
                "El portal de {product} está caído para toda la oficina.",
                "¿Hay una interrupción? {n} colegas ven el error 503.",
                "El servicio no está disponible desde esta mañana y {n} personas esperan.",
                "Nadie puede trabajar, cada página del portal tarda {n} segundos.",
                "Nuestras {n} pantallas muestran la misma página blanca.",
            ),
        ),
    },
    "feature": {
        "en": Topic(
            "wishes for functions that do not exist yet",
            ("feature", "wish", "suggest"),
            (
                "A feature that we miss: export {n} orders as a table.",
                "I wish the {product} had a dark mode.",
                "May I suggest a weekly report on the {product}?",
                "It would be great if one could sort the list by price.",
                "Could the {product} portal learn to speak Portuguese by {month}?",
            ),
        ),
        "de": Topic(
            "Wünsche nach Funktionen, die es noch nicht gibt",
            ("funktion", "wunsch", "vorschlag"),
            (
                "Eine Funktion fehlt uns: {n} Bestellungen als Tabelle ausgeben.",
                "Mein Wunsch: ein dunkles Design für {product}.",
                "Ein Vorschlag: ein Wochenbericht über {product}.",
                "Schön wäre es, wenn man die Liste nach Preis ordnen könnte.",
                "Könnte das Portal von {product} bis {month} Portugiesisch lernen?",
            ),
        ),
        "fr": Topic(
            "souhaits de fonctions qui n'existent pas encore",
            ("fonction", "souhait", "propose"),
            (
                "Une fonction nous manque : exporter {n} commandes en tableau.",
                "Mon souhait : un mode sombre pour {product}.",
                "Je propose un rapport hebdomadaire sur {product}.",
                "Ce serait bien de pouvoir trier la liste par prix.",
                "Le portail {product} pourrait-il apprendre le portugais d'ici {month} ?",
            ),
        ),
        "es": Topic(
            "deseos de funciones que todavía no existen",
            ("función", "deseo", "propongo"),
            (
                "Nos falta una función: exportar {n} pedidos como tabla.",
                "Mi deseo: un modo oscuro para {product}.",
                "Propongo un informe semanal sobre {product}.",
                "Estaría bien poder ordenar la lista por precio.",
                "¿Podría el portal de {product} aprender portugués antes de {month}?",
            ),
        ),
    },
    "cancellation": {
        "en": Topic(
            "ending a subscription or a contract, and notice periods",
            ("cancel", "subscription", "terminate"),
            (
                "Please cancel our plan for the {product} at the end of {month}.",
                "How do I end the subscription with {n} seats?",
                "We have to terminate contract {n} in {month}.",
                "We no longer need the {product} plan after {month}.",
                "What is the notice period if we stop in {month}?",
            ),
        ),
        "de": Topic(
            "ein Abonnement oder einen Vertrag beenden, Kündigungsfristen",
            ("kündigen", "abonnement", "kündigung"),
            (
                "Bitte kündigen Sie unseren Tarif für {product} zum Ende des {month}.",
                "Wie beende ich das Abonnement mit {n} Plätzen?",
                "Hiermit die Kündigung des Vertrags {n} zum {month}.",
                "Nach dem {month} brauchen wir den Tarif für {product} nicht mehr.",
                "Welche Frist gilt, wenn wir im {month} aufhören?",
            ),
        ),
        "fr": Topic(
            "mettre fin à un abonnement ou à un contrat, délais de préavis",
            ("résilier", "abonnement", "résiliation"),
            (
                "Veuillez résilier notre formule {product} à la fin de {month}.",
                "Comment arrêter l'abonnement de {n} places ?",
                "Voici la résiliation du contrat {n} pour {month}.",
                "Après {month} nous n'aurons plus besoin de la formule {product}.",
                "Quel est le délai si nous arrêtons en {month} ?",
            ),
        ),
        "es": Topic(
            "terminar una suscripción o un contrato, plazos de preaviso",
            ("cancelar", "suscripción", "baja"),
            (
                "Quiero cancelar nuestro plan de {product} a finales de {month}.",
                "¿Cómo termino la suscripción de {n} plazas?",
                "Solicito la baja del contrato {n} en {month}.",
                "Después de {month} ya no necesitamos el plan de {product}.",
                "¿Qué plazo hay si paramos en {month}?",
            ),
        ),
    },
    "privacy": {
        "en": Topic(
            "requests to see, correct or delete personal data, and marketing mail",
            ("delete", "privacy", "personal"),
            (
                "Please delete all data that you keep about me.",
                "Which personal data did you store when I bought the {product}?",
                "A question for your privacy officer about the cookies of {month}.",
                "Why do I get {n} advertising mails a week? I never agreed.",
                "Somebody else's name and order {n} appear in my history.",
            ),
        ),
        "de": Topic(
            "Auskunft, Berichtigung oder Löschung persönlicher Daten, Werbepost",
            ("löschen", "datenschutz", "persönlichen"),
            (
                "Bitte löschen Sie alles, was Sie über mich gespeichert haben.",
                "Welche persönlichen Daten haben Sie beim Kauf von {product} gespeichert?",
                "Eine Frage an Ihren Datenschutz zu den Cookies vom {month}.",
                "Warum bekomme ich {n} Werbemails pro Woche? Ich habe nie zugestimmt.",
                "In meinem Verlauf stehen ein fremder Name und Bestellung {n}.",
            ),
        ),
        "fr": Topic(
            "voir, corriger ou effacer des données personnelles, courrier publicitaire",
            ("effacer", "confidentialité", "personnelles"),
            (
                "Veuillez effacer tout ce que vous gardez sur moi.",
                "Quelles données personnelles avez-vous gardées à l'achat de {product} ?",
                "Une question de confidentialité sur les cookies de {month}.",
                "Pourquoi {n} courriels publicitaires par semaine ? Je n'ai jamais accepté.",
                "Le nom d'un autre client et la commande {n} sont dans mon historique.",
            ),
        ),
        "es": Topic(
            "ver, corregir o borrar datos personales, correo publicitario",
            ("borrar", "privacidad", "personales"),
            (
                "Quiero borrar todo lo que guardan sobre mí.",
                "¿Qué datos personales guardaron cuando compré {product}?",
                "Una pregunta de privacidad sobre las cookies de {month}.",
                "¿Por qué recibo {n} correos publicitarios por semana? Nunca acepté.",
                "En mi historial salen el nombre de otro cliente y el pedido {n}.",
            ),
        ),
    },
}

BEFORE = {
    "en": ("", "Hello,", "Good morning, customer {n}00 here."),
    "de": ("", "Guten Tag,", "Hallo, hier Kunde {n}00."),
    "fr": ("", "Bonjour,", "Bonjour, ici le client {n}00."),
    "es": ("", "Hola,", "Buenos días, soy el cliente {n}00."),
}
AFTER = {
    "en": ("", "Thanks.", "Please answer within {n} hours."),
    "de": ("", "Danke.", "Bitte antworten Sie binnen {n} Stunden."),
    "fr": ("", "Merci.", "Merci de répondre sous {n} heures."),
    "es": ("", "Gracias.", "Por favor, respondan en {n} horas."),
}
