"""Policy questions: what employees ask, and the passage of the company's handbook that answers them."""

from course_lib.packet.cases.base import Topic

TASK = "An employee asks a question. Choose the handbook passage that answers it."

TOPICS = {
    "leave": {
        "en": Topic(
            "paid leave: 28 days a year, asked for two weeks ahead, carried over until March",
            ("leave", "vacation", "holiday"),
            (
                "How many days of leave do I have left in {month}?",
                "Can I carry {n} vacation days into next year?",
                "How early must I ask for a holiday in {month}?",
                "May I be away for {n} days in {month} to move house?",
                "Are unused days lost at the end of the year?",
            ),
        ),
        "de": Topic(
            "bezahlter Urlaub: 28 Tage im Jahr, zwei Wochen vorher beantragt, bis März übertragbar",
            ("urlaub", "urlaubstage", "ferien"),
            (
                "Wie viel Urlaub habe ich im {month} noch?",
                "Kann ich {n} Urlaubstage ins nächste Jahr mitnehmen?",
                "Wie früh muss ich Ferien im {month} beantragen?",
                "Darf ich im {month} {n} Tage fehlen, weil ich umziehe?",
                "Verfallen nicht genommene Tage am Ende des Jahres?",
            ),
        ),
        "fr": Topic(
            "congés payés : 28 jours par an, demandés deux semaines avant, reportés jusqu'en mars",
            ("congé", "congés", "vacances"),
            (
                "Combien de jours de congé me restent-ils en {month} ?",
                "Puis-je reporter {n} jours de congés à l'an prochain ?",
                "Quand demander des vacances pour {month} ?",
                "Puis-je m'absenter {n} jours en {month} pour déménager ?",
                "Les jours non pris sont-ils perdus à la fin de l'année ?",
            ),
        ),
        "es": Topic(
            "vacaciones pagadas: 28 días al año, pedidas dos semanas antes, hasta marzo",
            ("vacaciones", "permiso", "festivo"),
            (
                "¿Cuántos días de vacaciones me quedan en {month}?",
                "¿Puedo pasar {n} días de permiso al año próximo?",
                "¿Cuándo hay que pedir un festivo de {month}?",
                "¿Puedo faltar {n} días en {month} para mudarme?",
                "¿Se pierden los días no usados al final del año?",
            ),
        ),
    },
    "travel": {
        "en": Topic(
            "business travel: trains before flights, hotels up to a limit, receipts within a month",
            ("travel", "hotel", "flight"),
            (
                "May I travel first class to a customer in {month}?",
                "What may a hotel in Paris cost, {n} EUR?",
                "Who books the flight for the fair in {month}?",
                "Do I get money back for {n} km with my own car?",
                "Until when do I hand in the receipts of {month}?",
            ),
        ),
        "de": Topic(
            "Dienstreisen: Bahn vor Flug, Hotel bis zu einer Grenze, Belege binnen eines Monats",
            ("dienstreise", "hotel", "flug"),
            (
                "Darf ich auf einer Dienstreise im {month} erster Klasse fahren?",
                "Was darf ein Hotel in Paris kosten, {n} EUR?",
                "Wer bucht den Flug zur Messe im {month}?",
                "Bekomme ich Geld für {n} km mit dem eigenen Auto?",
                "Bis wann gebe ich die Belege vom {month} ab?",
            ),
        ),
        "fr": Topic(
            "voyages d'affaires : train avant avion, hôtel plafonné, reçus dans le mois",
            ("voyage", "hôtel", "vol"),
            (
                "Puis-je faire un voyage en première classe en {month} ?",
                "Combien peut coûter un hôtel à Paris, {n} EUR ?",
                "Qui réserve le vol pour le salon de {month} ?",
                "Suis-je remboursé pour {n} km avec ma voiture ?",
                "Jusqu'à quand rendre les reçus de {month} ?",
            ),
        ),
        "es": Topic(
            "viajes de trabajo: tren antes que avión, hotel con límite, recibos en un mes",
            ("viaje", "hotel", "vuelo"),
            (
                "¿Puedo hacer un viaje en primera clase en {month}?",
                "¿Cuánto puede costar un hotel en París, {n} EUR?",
                "¿Quién reserva el vuelo para la feria de {month}?",
                "¿Me devuelven el dinero por {n} km con mi coche?",
                "¿Hasta cuándo entrego los recibos de {month}?",
            ),
        ),
    },
    "remote": {
        "en": Topic(
            "working from home: three days a week after agreement, abroad only with approval",
            ("remote", "home", "office"),
            (
                "May I work remote for {n} weeks in {month}?",
                "How many days a week may I stay at home?",
                "Must I be in the office on Mondays in {month}?",
                "Can I do my job from Portugal for {n} weeks?",
                "Does the company pay for a {product} in my living room?",
            ),
        ),
        "de": Topic(
            "Arbeiten von zu Hause: drei Tage die Woche nach Absprache, Ausland nur mit Erlaubnis",
            ("homeoffice", "hause", "büro"),
            (
                "Darf ich im {month} {n} Wochen im Homeoffice sein?",
                "Wie viele Tage pro Woche darf ich zu Hause bleiben?",
                "Muss ich im {month} montags im Büro sein?",
                "Kann ich {n} Wochen lang von Portugal aus arbeiten?",
                "Zahlt die Firma {product} für mein Wohnzimmer?",
            ),
        ),
        "fr": Topic(
            "travail à domicile : trois jours par semaine après accord, étranger sur autorisation",
            ("télétravail", "domicile", "bureau"),
            (
                "Puis-je faire {n} semaines de télétravail en {month} ?",
                "Combien de jours par semaine puis-je rester à domicile ?",
                "Dois-je être au bureau le lundi en {month} ?",
                "Puis-je travailler {n} semaines depuis le Portugal ?",
                "L'entreprise paie-t-elle {product} pour mon salon ?",
            ),
        ),
        "es": Topic(
            "trabajo desde casa: tres días por semana con acuerdo, extranjero con permiso",
            ("teletrabajo", "casa", "oficina"),
            (
                "¿Puedo hacer {n} semanas de teletrabajo en {month}?",
                "¿Cuántos días por semana puedo quedarme en casa?",
                "¿Debo estar en la oficina los lunes de {month}?",
                "¿Puedo trabajar {n} semanas desde Portugal?",
                "¿Paga la empresa {product} para mi salón?",
            ),
        ),
    },
    "security": {
        "en": Topic(
            "information security: report phishing at once, no private devices, locked screens",
            ("phishing", "virus", "usb"),
            (
                "I think that I got a phishing mail in {month}, what now?",
                "My {product} may have a virus, whom do I call?",
                "May I use my own usb stick on the {product}?",
                "I clicked on a strange link {n} minutes ago.",
                "My bag with the {product} was stolen on the train.",
            ),
        ),
        "de": Topic(
            "Informationssicherheit: Phishing sofort melden, keine privaten Geräte, Bildschirm sperren",
            ("phishing", "virus", "usb"),
            (
                "Ich habe im {month} wohl eine Phishing-Mail bekommen, was nun?",
                "{product} hat vielleicht einen Virus, wen rufe ich an?",
                "Darf ich meinen eigenen USB-Stick an {product} anschließen?",
                "Ich habe vor {n} Minuten auf einen seltsamen Link geklickt.",
                "Meine Tasche mit {product} wurde im Zug gestohlen.",
            ),
        ),
        "fr": Topic(
            "sécurité : signaler l'hameçonnage aussitôt, pas d'appareils privés, écran verrouillé",
            ("hameçonnage", "virus", "usb"),
            (
                "J'ai reçu en {month} un courriel d'hameçonnage, que faire ?",
                "{product} a peut-être un virus, qui appeler ?",
                "Puis-je brancher ma propre clé usb sur {product} ?",
                "J'ai cliqué sur un lien étrange il y a {n} minutes.",
                "Mon sac avec {product} a été volé dans le train.",
            ),
        ),
        "es": Topic(
            "seguridad: avisar del fraude en seguida, sin aparatos privados, pantalla bloqueada",
            ("fraude", "virus", "usb"),
            (
                "Recibí en {month} un correo de fraude, ¿qué hago?",
                "{product} puede tener un virus, ¿a quién llamo?",
                "¿Puedo conectar mi propia memoria usb a {product}?",
                "Pulsé un enlace extraño hace {n} minutos.",
                "Me robaron en el tren la bolsa con {product}.",
            ),
        ),
    },
    "sickness": {
        "en": Topic(
            "illness: call before ten, a doctor's note from the third day on, pay continues six weeks",
            ("sick", "ill", "doctor"),
            (
                "I am sick today, whom do I tell?",
                "My child is ill, may I stay away for {n} days?",
                "From which day on do I need a note from a doctor?",
                "How long do I get my pay after surgery in {month}?",
                "I have a fever and cannot come, what do I have to do before ten?",
            ),
        ),
        "de": Topic(
            "Krankheit: vor zehn Uhr melden, Attest ab dem dritten Tag, Lohn sechs Wochen lang",
            ("krank", "krankheit", "attest"),
            (
                "Ich bin heute krank, wem sage ich Bescheid?",
                "Zählt die Krankheit meines Kindes, darf ich {n} Tage fehlen?",
                "Ab welchem Tag brauche ich ein Attest?",
                "Wie lange bekomme ich nach einer Operation im {month} mein Geld?",
                "Ich habe Fieber und kann nicht kommen, was muss ich vor zehn Uhr tun?",
            ),
        ),
        "fr": Topic(
            "maladie : appeler avant dix heures, certificat dès le troisième jour, paie six semaines",
            ("malade", "maladie", "médecin"),
            (
                "Je suis malade aujourd'hui, qui prévenir ?",
                "La maladie de mon enfant compte-t-elle, puis-je m'absenter {n} jours ?",
                "Dès quel jour faut-il un certificat du médecin ?",
                "Combien de temps suis-je payé après une opération en {month} ?",
                "J'ai de la fièvre et ne peux venir, que faire avant dix heures ?",
            ),
        ),
        "es": Topic(
            "enfermedad: llamar antes de las diez, parte desde el tercer día, sueldo seis semanas",
            ("enfermo", "enfermedad", "médico"),
            (
                "Hoy estoy enfermo, ¿a quién aviso?",
                "¿Cuenta la enfermedad de mi hijo, puedo faltar {n} días?",
                "¿Desde qué día hace falta un parte del médico?",
                "¿Cuánto tiempo cobro después de una operación en {month}?",
                "Tengo fiebre y no puedo ir, ¿qué hago antes de las diez?",
            ),
        ),
    },
    "training": {
        "en": Topic(
            "learning: five days and 1 500 EUR a year for courses and exams",
            ("course", "training", "certificate"),
            (
                "Does the company pay for a course in {month}?",
                "How much training may I book, {n} EUR?",
                "Is a certificate for the {product} paid for?",
                "I would like to learn Spanish in {month}, who pays?",
                "May I spend {n} working days at an evening school?",
            ),
        ),
        "de": Topic(
            "Lernen: fünf Tage und 1 500 EUR im Jahr für Kurse und Prüfungen",
            ("kurs", "weiterbildung", "zertifikat"),
            (
                "Zahlt die Firma einen Kurs im {month}?",
                "Wie viel Weiterbildung darf ich buchen, {n} EUR?",
                "Wird ein Zertifikat für {product} bezahlt?",
                "Ich möchte im {month} Spanisch lernen, wer zahlt?",
                "Darf ich {n} Arbeitstage an einer Abendschule verbringen?",
            ),
        ),
        "fr": Topic(
            "apprendre : cinq jours et 1 500 EUR par an pour cours et examens",
            ("cours", "formation", "certification"),
            (
                "L'entreprise paie-t-elle un cours en {month} ?",
                "Quelle formation puis-je réserver, {n} EUR ?",
                "Une certification pour {product} est-elle payée ?",
                "Je voudrais apprendre l'espagnol en {month}, qui paie ?",
                "Puis-je passer {n} jours de travail à l'école du soir ?",
            ),
        ),
        "es": Topic(
            "aprender: cinco días y 1 500 EUR al año para cursos y exámenes",
            ("curso", "formación", "certificado"),
            (
                "¿Paga la empresa un curso en {month}?",
                "¿Cuánta formación puedo reservar, {n} EUR?",
                "¿Se paga un certificado para {product}?",
                "Quiero aprender portugués en {month}, ¿quién paga?",
                "¿Puedo pasar {n} días de trabajo en una escuela nocturna?",
            ),
        ),
    },
    "gifts": {
        "en": Topic(
            "gifts and invitations: up to 50 EUR, never from a supplier in a tender, always reported",
            ("gift", "invitation", "present"),
            (
                "A supplier sent me a gift worth {n} EUR.",
                "May I accept an invitation to a concert in {month}?",
                "Can I give a customer a {product} as a present?",
                "A partner wants to pay my dinner for {n} EUR.",
                "The bidder left two bottles of wine on my desk in {month}.",
            ),
        ),
        "de": Topic(
            "Geschenke und Einladungen: bis 50 EUR, nie von Bietern, immer gemeldet",
            ("geschenk", "einladung", "schenken"),
            (
                "Ein Lieferant schickte mir ein Geschenk für {n} EUR.",
                "Darf ich eine Einladung zu einem Konzert im {month} annehmen?",
                "Kann ich einem Kunden {product} schenken?",
                "Ein Partner will mein Abendessen für {n} EUR bezahlen.",
                "Der Bieter ließ im {month} zwei Flaschen Wein auf meinem Tisch.",
            ),
        ),
        "fr": Topic(
            "cadeaux et invitations : jusqu'à 50 EUR, jamais d'un candidat, toujours déclarés",
            ("cadeau", "invitation", "offrir"),
            (
                "Un fournisseur m'a envoyé un cadeau de {n} EUR.",
                "Puis-je accepter une invitation à un concert en {month} ?",
                "Puis-je offrir {product} à un client ?",
                "Un partenaire veut payer mon dîner de {n} EUR.",
                "Le candidat a laissé deux bouteilles de vin sur ma table en {month}.",
            ),
        ),
        "es": Topic(
            "regalos e invitaciones: hasta 50 EUR, nunca de un licitador, siempre declarados",
            ("regalo", "invitación", "regalar"),
            (
                "Un proveedor me envió un regalo de {n} EUR.",
                "¿Puedo aceptar una invitación a un concierto en {month}?",
                "¿Puedo regalar {product} a un cliente?",
                "Un socio quiere pagar mi cena de {n} EUR.",
                "El licitador dejó dos botellas de vino en mi mesa en {month}.",
            ),
        ),
    },
    "equipment": {
        "en": Topic(
            "equipment: ordered in the portal, replaced after four years, handed back on leaving",
            ("laptop", "equipment", "replacement"),
            (
                "When do I get a new laptop, mine is {n} years old?",
                "Which equipment comes with my job in {month}?",
                "How do I order a replacement for my {product}?",
                "The {product} makes a noise, may I have another one?",
                "What must I hand back when I leave in {month}?",
            ),
        ),
        "de": Topic(
            "Ausstattung: im Portal bestellt, nach vier Jahren ersetzt, beim Ausscheiden zurückgegeben",
            ("laptop", "ausstattung", "ersatz"),
            (
                "Wann bekomme ich einen neuen Laptop, meiner ist {n} Jahre alt?",
                "Welche Ausstattung gehört ab {month} zu meiner Stelle?",
                "Wie bestelle ich Ersatz für {product}?",
                "{product} macht Geräusche, kann ich ein anderes haben?",
                "Was muss ich zurückgeben, wenn ich im {month} gehe?",
            ),
        ),
        "fr": Topic(
            "matériel : commandé sur le portail, remplacé après quatre ans, rendu au départ",
            ("ordinateur", "matériel", "remplacement"),
            (
                "Quand aurai-je un nouvel ordinateur, le mien a {n} ans ?",
                "Quel matériel va avec mon poste en {month} ?",
                "Comment commander un remplacement pour {product} ?",
                "{product} fait du bruit, puis-je en avoir un autre ?",
                "Que dois-je rendre quand je pars en {month} ?",
            ),
        ),
        "es": Topic(
            "equipo: se pide en el portal, se cambia a los cuatro años, se devuelve al salir",
            ("ordenador", "equipo", "repuesto"),
            (
                "¿Cuándo tendré un ordenador nuevo, el mío tiene {n} años?",
                "¿Qué equipo va con mi puesto en {month}?",
                "¿Cómo pido un repuesto para {product}?",
                "{product} hace ruido, ¿puedo tener otro?",
                "¿Qué debo devolver cuando me vaya en {month}?",
            ),
        ),
    },
}

BEFORE = {
    "en": ("", "Hi,", "Department {n} asks:"),
    "de": ("", "Hallo,", "Abteilung {n} fragt:"),
    "fr": ("", "Bonjour,", "Le service {n} demande :"),
    "es": ("", "Hola,", "El departamento {n} pregunta:"),
}
AFTER = {
    "en": ("", "Thank you!", "I started {n} weeks ago."),
    "de": ("", "Vielen Dank!", "Ich bin seit {n} Wochen hier."),
    "fr": ("", "Merci !", "Je suis ici depuis {n} semaines."),
    "es": ("", "¡Gracias!", "Estoy aquí desde hace {n} semanas."),
}
