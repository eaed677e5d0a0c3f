"""The same 36 sentences in five languages, written for lesson 03: short everyday and office prose.

Each row says the same in English, German, Spanish, Korean and Hindi. The first `HELD_OUT` rows are never trained on:
they are what tokenizers are compared on. A measurement on so little text shows an order of size, not a law.
"""

LANGUAGES = ("English", "German", "Spanish", "Korean", "Hindi")
HELD_OUT = 8

_ROWS = (
    (
        "Please send me the invoice for the last order by Friday.",
        "Bitte schicken Sie mir die Rechnung für die letzte Bestellung bis Freitag.",
        "Por favor, envíeme la factura del último pedido antes del viernes.",
        "지난 주문의 청구서를 금요일까지 보내 주세요.",
        "कृपया पिछले ऑर्डर का बिल मुझे शुक्रवार तक भेज दें।",
    ),
    (
        "The train to the city leaves at seven in the morning.",
        "Der Zug in die Stadt fährt um sieben Uhr morgens ab.",
        "El tren a la ciudad sale a las siete de la mañana.",
        "도시로 가는 기차는 아침 일곱 시에 출발합니다.",
        "शहर जाने वाली रेलगाड़ी सुबह सात बजे निकलती है।",
    ),
    (
        "My order arrived late and the box was open.",
        "Meine Bestellung kam spät an und der Karton war offen.",
        "Mi pedido llegó tarde y la caja estaba abierta.",
        "제 주문이 늦게 도착했고 상자가 열려 있었습니다.",
        "मेरा ऑर्डर देर से पहुँचा और डिब्बा खुला था।",
    ),
    (
        "Can I change the address before the package is sent?",
        "Kann ich die Adresse ändern, bevor das Paket verschickt wird?",
        "¿Puedo cambiar la dirección antes de que se envíe el paquete?",
        "소포를 보내기 전에 주소를 바꿀 수 있나요?",
        "क्या मैं पैकेट भेजे जाने से पहले पता बदल सकता हूँ?",
    ),
    (
        "The new teacher read a long story to the children.",
        "Die neue Lehrerin las den Kindern eine lange Geschichte vor.",
        "La nueva maestra leyó a los niños una historia larga.",
        "새 선생님이 아이들에게 긴 이야기를 읽어 주었습니다.",
        "नई शिक्षिका ने बच्चों को एक लंबी कहानी पढ़कर सुनाई।",
    ),
    (
        "We need more time to answer all of these questions.",
        "Wir brauchen mehr Zeit, um alle diese Fragen zu beantworten.",
        "Necesitamos más tiempo para responder a todas estas preguntas.",
        "이 질문들에 모두 답하려면 시간이 더 필요합니다.",
        "इन सब सवालों का जवाब देने के लिए हमें और समय चाहिए।",
    ),
    (
        "It rained all night, so the garden is wet today.",
        "Es hat die ganze Nacht geregnet, deshalb ist der Garten heute nass.",
        "Llovió toda la noche, así que hoy el jardín está mojado.",
        "밤새 비가 와서 오늘은 정원이 젖어 있습니다.",
        "सारी रात बारिश हुई, इसलिए आज बगीचा गीला है।",
    ),
    (
        "Nobody in the office knew the password of the old computer.",
        "Niemand im Büro kannte das Passwort des alten Computers.",
        "Nadie en la oficina sabía la contraseña del viejo ordenador.",
        "사무실에서 아무도 낡은 컴퓨터의 비밀번호를 몰랐습니다.",
        "दफ़्तर में कोई भी पुराने कंप्यूटर का पासवर्ड नहीं जानता था।",
    ),
    (
        "The invoice is wrong, and the order was never sent.",
        "Die Rechnung ist falsch und die Bestellung wurde nie verschickt.",
        "La factura es incorrecta y el pedido nunca se envió.",
        "청구서가 잘못되었고 주문은 발송되지 않았습니다.",
        "बिल गलत है और ऑर्डर कभी भेजा नहीं गया।",
    ),
    (
        "Please answer my questions before the end of the week.",
        "Bitte beantworten Sie meine Fragen vor dem Ende der Woche.",
        "Por favor, responda a mis preguntas antes del fin de semana.",
        "이번 주가 끝나기 전에 제 질문에 답해 주세요.",
        "कृपया सप्ताह के अंत से पहले मेरे सवालों का जवाब दें।",
    ),
    (
        "The children play in the garden all day.",
        "Die Kinder spielen den ganzen Tag im Garten.",
        "Los niños juegan en el jardín todo el día.",
        "아이들이 하루 종일 정원에서 놉니다.",
        "बच्चे सारा दिन बगीचे में खेलते हैं।",
    ),
    (
        "I forgot the password and cannot open my account.",
        "Ich habe das Passwort vergessen und kann mein Konto nicht öffnen.",
        "Olvidé la contraseña y no puedo abrir mi cuenta.",
        "비밀번호를 잊어버려서 제 계정을 열 수 없습니다.",
        "मैं पासवर्ड भूल गया और अपना खाता नहीं खोल सकता।",
    ),
    (
        "The train was late again this morning.",
        "Der Zug war heute Morgen wieder zu spät.",
        "El tren llegó tarde otra vez esta mañana.",
        "오늘 아침에 기차가 또 늦었습니다.",
        "आज सुबह रेलगाड़ी फिर देर से आई।",
    ),
    (
        "Where can I find the old letters of my grandmother?",
        "Wo finde ich die alten Briefe meiner Großmutter?",
        "¿Dónde puedo encontrar las viejas cartas de mi abuela?",
        "할머니의 오래된 편지를 어디에서 찾을 수 있나요?",
        "मुझे अपनी दादी की पुरानी चिट्ठियाँ कहाँ मिलेंगी?",
    ),
    (
        "We sent the package to the new address on Monday.",
        "Wir haben das Paket am Montag an die neue Adresse verschickt.",
        "Enviamos el paquete a la nueva dirección el lunes.",
        "우리는 월요일에 소포를 새 주소로 보냈습니다.",
        "हमने सोमवार को पैकेट नए पते पर भेज दिया।",
    ),
    (
        "The computer in the office needs a new battery.",
        "Der Computer im Büro braucht einen neuen Akku.",
        "El ordenador de la oficina necesita una batería nueva.",
        "사무실의 컴퓨터는 새 배터리가 필요합니다.",
        "दफ़्तर के कंप्यूटर को नई बैटरी चाहिए।",
    ),
    (
        "Water boils faster when the pot has a lid.",
        "Wasser kocht schneller, wenn der Topf einen Deckel hat.",
        "El agua hierve más rápido cuando la olla tiene tapa.",
        "냄비에 뚜껑이 있으면 물이 더 빨리 끓습니다.",
        "बर्तन पर ढक्कन हो तो पानी जल्दी उबलता है।",
    ),
    (
        "My brother works in a small shop near the station.",
        "Mein Bruder arbeitet in einem kleinen Laden beim Bahnhof.",
        "Mi hermano trabaja en una tienda pequeña cerca de la estación.",
        "제 동생은 역 근처의 작은 가게에서 일합니다.",
        "मेरा भाई स्टेशन के पास एक छोटी दुकान में काम करता है।",
    ),
    (
        "The customer wants the money back because the box was empty.",
        "Der Kunde will das Geld zurück, weil der Karton leer war.",
        "El cliente quiere el dinero de vuelta porque la caja estaba vacía.",
        "상자가 비어 있었기 때문에 고객은 돈을 돌려받고 싶어 합니다.",
        "ग्राहक पैसे वापस चाहता है क्योंकि डिब्बा खाली था।",
    ),
    (
        "Today we read the first page of the book.",
        "Heute lesen wir die erste Seite des Buches.",
        "Hoy leemos la primera página del libro.",
        "오늘 우리는 책의 첫 페이지를 읽습니다.",
        "आज हम किताब का पहला पन्ना पढ़ते हैं।",
    ),
    (
        "How long does the journey from the city to the sea take?",
        "Wie lange dauert die Reise von der Stadt bis zum Meer?",
        "¿Cuánto tiempo dura el viaje de la ciudad al mar?",
        "도시에서 바다까지 가는 데 시간이 얼마나 걸리나요?",
        "शहर से समुद्र तक की यात्रा में कितना समय लगता है?",
    ),
    (
        "The meeting starts at nine and ends before lunch.",
        "Die Sitzung beginnt um neun und endet vor dem Mittagessen.",
        "La reunión empieza a las nueve y termina antes del almuerzo.",
        "회의는 아홉 시에 시작해서 점심 전에 끝납니다.",
        "बैठक नौ बजे शुरू होती है और दोपहर के खाने से पहले खत्म होती है।",
    ),
    (
        "She wrote a long letter to her old teacher.",
        "Sie schrieb ihrer alten Lehrerin einen langen Brief.",
        "Ella escribió una carta larga a su vieja maestra.",
        "그녀는 옛 선생님에게 긴 편지를 썼습니다.",
        "उसने अपनी पुरानी शिक्षिका को एक लंबी चिट्ठी लिखी।",
    ),
    (
        "Is there a shop in this street that sells bread in the morning?",
        "Gibt es in dieser Straße einen Laden, der morgens Brot verkauft?",
        "¿Hay en esta calle una tienda que venda pan por la mañana?",
        "이 거리에 아침에 빵을 파는 가게가 있나요?",
        "क्या इस सड़क पर कोई दुकान है जो सुबह रोटी बेचती है?",
    ),
    (
        "The door is open, but nobody is in the house.",
        "Die Tür ist offen, aber niemand ist im Haus.",
        "La puerta está abierta, pero no hay nadie en la casa.",
        "문이 열려 있지만 집에는 아무도 없습니다.",
        "दरवाज़ा खुला है, लेकिन घर में कोई नहीं है।",
    ),
    (
        "You can change your password in the settings of your account.",
        "Sie können Ihr Passwort in den Einstellungen Ihres Kontos ändern.",
        "Puede cambiar su contraseña en la configuración de su cuenta.",
        "계정 설정에서 비밀번호를 바꿀 수 있습니다.",
        "आप अपने खाते की सेटिंग में अपना पासवर्ड बदल सकते हैं।",
    ),
    (
        "Last year we needed three weeks for this work.",
        "Letztes Jahr brauchten wir für diese Arbeit drei Wochen.",
        "El año pasado necesitamos tres semanas para este trabajo.",
        "작년에 우리는 이 일에 삼 주가 필요했습니다.",
        "पिछले साल हमें इस काम के लिए तीन सप्ताह चाहिए थे।",
    ),
    (
        "All of the answers are on the last page.",
        "Alle Antworten stehen auf der letzten Seite.",
        "Todas las respuestas están en la última página.",
        "모든 답은 마지막 페이지에 있습니다.",
        "सब जवाब आखिरी पन्ने पर हैं।",
    ),
    (
        "The weather was cold, so they stayed at home.",
        "Das Wetter war kalt, deshalb blieben sie zu Hause.",
        "Hacía frío, así que se quedaron en casa.",
        "날씨가 추워서 그들은 집에 있었습니다.",
        "मौसम ठंडा था, इसलिए वे घर पर रहे।",
    ),
    (
        "I bought bread, milk and six apples at the market.",
        "Ich habe auf dem Markt Brot, Milch und sechs Äpfel gekauft.",
        "Compré pan, leche y seis manzanas en el mercado.",
        "저는 시장에서 빵과 우유와 사과 여섯 개를 샀습니다.",
        "मैंने बाज़ार से रोटी, दूध और छह सेब खरीदे।",
    ),
    (
        "The machine stopped because nobody had read the manual.",
        "Die Maschine blieb stehen, weil niemand die Anleitung gelesen hatte.",
        "La máquina se paró porque nadie había leído el manual.",
        "아무도 설명서를 읽지 않아서 기계가 멈췄습니다.",
        "मशीन रुक गई क्योंकि किसी ने निर्देश नहीं पढ़े थे।",
    ),
    (
        "Please tell the customer that the new battery is free.",
        "Bitte sagen Sie dem Kunden, dass der neue Akku kostenlos ist.",
        "Por favor, diga al cliente que la batería nueva es gratis.",
        "새 배터리는 무료라고 고객에게 말해 주세요.",
        "कृपया ग्राहक को बताएँ कि नई बैटरी मुफ़्त है।",
    ),
    (
        "The children told their grandmother about the sea.",
        "Die Kinder erzählten ihrer Großmutter vom Meer.",
        "Los niños le hablaron a su abuela del mar.",
        "아이들은 할머니에게 바다 이야기를 했습니다.",
        "बच्चों ने अपनी दादी को समुद्र के बारे में बताया।",
    ),
    (
        "Our office is near the old station, on the second floor.",
        "Unser Büro ist beim alten Bahnhof, im zweiten Stock.",
        "Nuestra oficina está cerca de la vieja estación, en el segundo piso.",
        "우리 사무실은 낡은 역 근처 이 층에 있습니다.",
        "हमारा दफ़्तर पुराने स्टेशन के पास दूसरी मंज़िल पर है।",
    ),
    (
        "Why did the price change in the middle of the month?",
        "Warum hat sich der Preis mitten im Monat geändert?",
        "¿Por qué cambió el precio a mitad de mes?",
        "왜 한 달 중간에 가격이 바뀌었나요?",
        "महीने के बीच में कीमत क्यों बदल गई?",
    ),
    (
        "Thank you for your letter, we will answer it next week.",
        "Vielen Dank für Ihren Brief, wir beantworten ihn nächste Woche.",
        "Gracias por su carta, la responderemos la próxima semana.",
        "편지 감사합니다. 다음 주에 답하겠습니다.",
        "आपकी चिट्ठी के लिए धन्यवाद, हम अगले सप्ताह जवाब देंगे।",
    ),
)


def parallel_sentences(held_out: bool) -> dict[str, list[str]]:
    """Return for each language its sentences, row by row the same: the held-out rows or all others."""
    rows = _ROWS[:HELD_OUT] if held_out else _ROWS[HELD_OUT:]
    return {language: [row[i] for row in rows] for i, language in enumerate(LANGUAGES)}
